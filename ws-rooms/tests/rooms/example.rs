//! The example runs to its end.

#[path = "../../examples/rooms_chat.rs"]
mod rooms_chat;

#[test]
fn it_ends() {
    rooms_chat::main().unwrap();
}
