//! The cases, by what they are about.

use ws_core::Role;

use super::case::Case;

mod broken;
mod closing;
mod control;
mod data;
mod deflate;
mod limits;
mod parts;
mod queue;
mod time;

/// Both ends.
pub const ROLES: [Role; 2] = [Role::Client, Role::Server];

/// Every case, for both roles.
pub fn all() -> Vec<Case> {
    let of = |role| {
        [
            data::cases(role),
            control::cases(role),
            broken::cases(role),
            limits::cases(role),
            closing::cases(role),
            queue::cases(role),
            parts::cases(role),
            time::cases(role),
            deflate::cases(role),
        ]
        .concat()
    };
    ROLES.into_iter().flat_map(of).collect()
}

/// The cases whose names begin with one of these.
pub fn some(prefixes: &[&str]) -> Vec<Case> {
    let mut all = all();
    all.retain(|case| prefixes.iter().any(|prefix| case.name.starts_with(prefix)));
    all
}
