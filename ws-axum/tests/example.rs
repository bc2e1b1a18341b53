//! The example runs to its end.

#![cfg(test)]

#[path = "../examples/axum_echo.rs"]
mod axum_echo;

#[test]
fn it_ends() {
    axum_echo::main().unwrap();
}
