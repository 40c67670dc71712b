//! Accounts, logins and Memberships.

use super::Named;
use crate::domain::{AccountId, AccountRole, Day, MemberRole, MembershipId, RegionId, SchoolId, Time};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct LoginForm {
    pub account_name: String,
    pub password: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct LoginAnswer {
    pub account: AccountView,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct AccountView {
    pub id: AccountId,
    /// Real name.
    pub name: String,
    pub login_name: String,
    pub role: AccountRole,
    pub school: Option<SchoolName>,
    /// The Region of the School.
    pub region: Option<RegionName>,
    /// The Region that an office supervises.
    pub region_scope: Option<RegionName>,
    pub title: String,
    pub subject: String,
    pub phone: Option<String>,
    pub disabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SchoolName {
    pub id: SchoolId,
    pub name: String,
    pub rural: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct RegionName {
    pub id: RegionId,
    pub name: String,
    /// From the top down to this one.
    pub path: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct AccountForm {
    pub name: String,
    pub login_name: String,
    pub password: String,
    pub role: AccountRole,
    /// For an office: the Region that it supervises.
    #[serde(default)]
    #[ts(optional)]
    pub region_scope: Option<RegionId>,
    #[serde(default)]
    #[ts(optional)]
    pub school: Option<SchoolId>,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub title: String,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub subject: String,
    /// A mobile number of eleven digits.
    #[serde(default)]
    #[ts(optional)]
    pub phone: Option<String>,
}

/// Fields that are absent stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
#[ts(optional_fields)]
pub struct AccountChange {
    pub name: Option<String>,
    pub role: Option<AccountRole>,
    /// For an office: the Region that it supervises. Goes away by itself when the role becomes another.
    pub region_scope: Option<RegionId>,
    /// `null` takes the School away, which a teacher can't be without.
    #[serde(default, deserialize_with = "super::present", skip_serializing_if = "Option::is_none")]
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>)]
    pub school: Option<Option<SchoolId>>,
    /// The first day on which they teach at this School; today where it is absent. With the School that is known already it puts
    /// that day right.
    pub since: Option<Day>,
    pub title: Option<String>,
    pub subject: Option<String>,
    /// `null` takes the phone away.
    #[serde(default, deserialize_with = "super::present", skip_serializing_if = "Option::is_none")]
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>)]
    pub phone: Option<Option<String>>,
    /// A disabled Account can't sign in, and is signed out everywhere at once; what it did stays.
    pub disabled: Option<bool>,
    /// A new password; it signs the Account out everywhere.
    pub password: Option<String>,
}

/// 调动: from a day on somebody teaches at another School.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SchoolMoveView {
    /// Names of Schools.
    pub from: Option<String>,
    pub to: Option<String>,
    /// The first day at the new one.
    pub day: Day,
    pub by_name: String,
    pub at: Time,
}

/// One who can be added to a Studio: enough to tell two of the same name apart.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct PersonView {
    pub id: AccountId,
    /// Real name.
    pub name: String,
    pub school: Option<SchoolName>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PersonSearch {
    /// Only people whose real name contains this.
    pub q: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AccountSearch {
    /// Only Accounts of Schools in this Region or below it.
    #[param(value_type = Option<String>)]
    pub region: Option<RegionId>,
    /// Only Accounts whose name or login name contains this.
    pub q: Option<String>,
    pub role: Option<AccountRole>,
    #[param(value_type = Option<String>)]
    pub school: Option<SchoolId>,
}

/// The person who is signed in.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct Me {
    pub account: AccountView,
    pub memberships: Vec<MyMembership>,
    /// To be sent as `x-csrf-token` with every request that changes something.
    pub csrf: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct MyMembership {
    pub studio: Named,
    pub role: MemberRole,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct MemberView {
    pub membership: MembershipId,
    pub account: MemberAccount,
    pub role: MemberRole,
    pub from: Day,
    /// The last day, which still counts; none while it goes on.
    pub to: Option<Day>,
    /// 新入职教师
    pub new_teacher: bool,
    /// 县级骨干教师或学科带头人
    pub backbone: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct MemberAccount {
    pub id: AccountId,
    pub name: String,
    pub title: String,
    pub school: Option<SchoolName>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct MembershipForm {
    pub account: AccountId,
    pub role: MemberRole,
    pub from: Day,
    #[serde(default)]
    #[ts(optional)]
    pub to: Option<Day>,
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub new_teacher: bool,
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub backbone: bool,
}

/// Fields that are absent stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
pub struct MembershipChange {
    /// The last day, which still counts; `null` lets the Membership go on.
    #[serde(default, deserialize_with = "super::present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Option<Day>>")]
    #[schema(value_type = Option<Day>)]
    pub to: Option<Option<Day>>,
    /// The first day, where it was entered wrongly.
    #[ts(optional)]
    pub from: Option<Day>,
    /// Why; needed where days that have passed are changed.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
    #[ts(optional)]
    pub new_teacher: Option<bool>,
    #[ts(optional)]
    pub backbone: Option<bool>,
}
