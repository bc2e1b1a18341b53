//! The names of the checks that `node/chat.mjs` owes.

/// Of the page, with one node.
pub(super) const PAGE: &[&str] = &[
    "two pages talk",
    "who is there, and who is not any more",
    "two of the same name",
    "who types",
    "several rooms, and what is unread",
    "who comes later reads what was said",
    "a reload is the same person, in the same rooms",
    "the connection is shown",
    "screenshots",
    "nothing is wider than 320 pixels",
    "contrast of all text, light and dark",
    "landmarks and names for a screen reader",
    "the keyboard alone",
    "markup is text",
    "what is refused is told, and what was typed stays",
    "what is missing is told at its place, and nonsense is nothing",
    "a flood is closed, and the page comes back",
    "the server ends gracefully and starts again",
    "no page has complained",
];

/// With two nodes and a broker.
pub(super) const NODES: &[&str] = &[
    "pages on two nodes talk",
    "the broker is killed: nobody is dropped",
    "the broker is back: rooms heal, and the gap is told",
    "a node is killed: its pages come back on the other",
    "who was on a node that is killed is gone from the lists",
    "a node that ends gracefully leaves nobody in the lists",
    "no page has complained",
];
