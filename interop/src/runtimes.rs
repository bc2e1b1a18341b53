//! The runtimes that the demo program knows.

/// All of them, as it spells them.
pub(crate) const RUNTIMES: [&str; 4] = ["tokio", "async-std", "smol", "blocking"];

/// The runtime of that name.
///
/// # Errors
///
/// When the demo program does not know it.
pub(crate) fn runtime(name: &str) -> Result<&'static str, String> {
    RUNTIMES
        .into_iter()
        .find(|known| *known == name)
        .ok_or_else(|| format!("unknown runtime {name}, expected one of {}", RUNTIMES.join(", ")))
}
