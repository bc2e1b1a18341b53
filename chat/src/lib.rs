//! A chat to look at: a page, and rooms for it, by `ws-axum` and `ws-rooms`.
//!
//! The program is `chat`; its README says what the page does and what goes over the wire.
//!
//! ```text
//! main, args, serve        the command line, listening and ending
//!     app, site            routes: WebSockets, and the files of the page
//!         session          one page: what it asks for, and what it is told
//!             node         what all pages share: rooms, broker, presence
//!                 gossip   what nodes tell each other of who is where
//!                     presence
//! protocol, text_rules, bucket, octets, topics     what is said, what may be, how much; names of topics
//! ```

pub mod app;
pub mod args;
pub mod bucket;
pub mod gossip;
pub mod node;
pub mod octets;
pub mod presence;
pub mod protocol;
pub mod serve;
pub mod session;
pub mod site;
pub mod text_rules;
pub mod topics;
