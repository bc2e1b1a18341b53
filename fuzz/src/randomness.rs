//! Where keys and masks come from in a fuzzing build: always the same bytes, so that what was found is found again.
//!
//! Built with `--cfg getrandom_backend="custom"`, as `cargo xtask fuzz` does, the crate getrandom asks this
//! function instead of the operating system. In any other build nobody calls it. Nothing that is published knows of it.

#![expect(unsafe_code, reason = "getrandom finds its custom source by the name of a symbol")]

/// Fills `len` bytes at `dest`.
///
/// # Safety
///
/// They have to be memory that may be written, initialised or not.
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(
    dest: *mut u8,
    len: usize,
) -> Result<(), getrandom::Error> {
    // SAFETY: the caller says that these bytes may be written; any octet is a `u8`.
    unsafe { dest.write_bytes(0x5A, len) };
    Ok(())
}
