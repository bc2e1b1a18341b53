//! Every adapter this crate is built with.

/// A list of boxes; what they are boxes of is for the caller to say.
macro_rules! every {
    () => {
        vec![
            #[cfg(feature = "tokio")]
            Box::new($crate::adapter::Tokio::new()),
            #[cfg(feature = "smol")]
            Box::new($crate::adapter::Smol),
            #[cfg(feature = "async-std")]
            Box::new($crate::adapter::AsyncStd),
            #[cfg(feature = "blocking")]
            Box::new($crate::adapter::Blocking),
            #[cfg(feature = "blocking")]
            Box::new($crate::adapter::NonBlocking),
        ]
    };
}

pub(crate) use every;
