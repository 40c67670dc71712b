//! `lectern admin`: the first admin of a new installation, or a new password for one who forgot it.

use crate::domain::{AccountRole, NewAccount, Since, Time, password};
use crate::store::{self, Store};
use anyhow::{Context, bail};

/// Without 0, 1, i, l and o, which people mistake for each other when they copy by hand.
const LETTERS: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
/// 16 letters of 31 are 79 random bits.
const PASSWORD_LETTERS: usize = 16;

/// Makes the account, or gives an admin of this login name a new password, which signs it out everywhere. Returns the
/// password: it is told once and kept nowhere.
///
/// # Errors
/// When the login name belongs to somebody who is not an admin, or the database refuses.
pub async fn keep(store: &Store, login_name: &str, name: &str, now: Time) -> anyhow::Result<String> {
    let random: [u8; PASSWORD_LETTERS] = store::random_bytes()?;
    // 256 is no multiple of 31, so some letters come a little more often; the bits above allow for it.
    let secret: String = random.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
    let hash = password::hash(&secret, &store::random_bytes()?)?;
    match store::login::credentials(store, login_name).await? {
        Some(known) if known.account.role == AccountRole::Admin => {
            let since = Since { day: None, by: known.account.id, at: now };
            store::account::update(store, known.account.id, Ok, Some(hash), since).await.context("密码没有改成")?;
        }
        Some(_) => bail!("{login_name} 已经是别人的账号，不是管理员；请换一个账号名。"),
        None => {
            let admin = NewAccount {
                login_name: login_name.to_owned(),
                name: name.to_owned(),
                role: AccountRole::Admin,
                scope: None,
                school: None,
                title: String::new(),
                subject: String::new(),
                phone: None,
                password_hash: hash,
            };
            store::account::create(store, admin, now).await.context("管理员没有建成")?;
        }
    }
    Ok(secret)
}
