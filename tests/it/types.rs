//! The TypeScript types of the HTTP API are what the server's shapes say.

use std::path::Path;

/// `UPDATE_TYPES=1` writes the file instead of complaining.
#[test]
fn the_typescript_types_are_not_stale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/protocol/api.ts");
    let wanted = lectern::http::shapes::typescript();
    if std::env::var_os("UPDATE_TYPES").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, wanted).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == wanted, "web/protocol/api.ts is stale: run `UPDATE_TYPES=1 cargo test --test it types`");
}
