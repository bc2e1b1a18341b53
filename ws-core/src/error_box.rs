//! A box that keeps an error out of programs that never meet it.

use std::{
    error::Error,
    fmt,
    ops::{Deref, DerefMut},
};

/// A box for an error that most programs never meet: what shows and drops it is linked where it is made, and not
/// wherever it might be. Otherwise like a [`Box`].
///
/// ```
/// use ws_core::{ErrorBox, UrlError};
///
/// let error = ErrorBox::from(UrlError::EmptyHost);
/// assert_eq!((error.name(), &*error), ("invalid-url", &UrlError::EmptyHost));
/// assert_eq!(error.into_inner(), UrlError::EmptyHost);
/// ```
// Twice in a box: this is a word long, and the table is with the error.
pub struct ErrorBox<T>(Box<Box<dyn Holds<T>>>);

/// What the table has.
trait Holds<T>: Error + Send + Sync {
    fn get(&self) -> &T;
    fn get_mut(&mut self) -> &mut T;
    fn take(self: Box<Self>) -> T;
}

impl<T: Error + Send + Sync> Holds<T> for T {
    fn get(&self) -> &T {
        self
    }

    fn get_mut(&mut self) -> &mut T {
        self
    }

    fn take(self: Box<Self>) -> T {
        *self
    }
}

impl<T> ErrorBox<T> {
    /// What is inside.
    pub fn into_inner(self) -> T {
        self.0.take()
    }
}

impl<T: Error + Send + Sync + 'static> From<T> for ErrorBox<T> {
    fn from(error: T) -> Self {
        Self(Box::new(Box::new(error)))
    }
}

impl<T: Error + Send + Sync + 'static> From<Box<T>> for ErrorBox<T> {
    fn from(error: Box<T>) -> Self {
        Self(Box::new(error))
    }
}

impl<T> Deref for ErrorBox<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.get()
    }
}

impl<T> DerefMut for ErrorBox<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }
}

impl<T> AsRef<T> for ErrorBox<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T> fmt::Debug for ErrorBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl<T> fmt::Display for ErrorBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&*self.0, f)
    }
}

impl<T> Error for ErrorBox<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn it_is_like_what_is_inside() {
        let inside = io::Error::other(io::Error::other("why"));
        let (shown, debug) = (inside.to_string(), format!("{inside:?}"));
        let mut error = ErrorBox::<io::Error>::from(Box::new(inside));
        assert_eq!((error.to_string(), format!("{error:?}")), (shown, debug));
        assert_eq!(
            error.source().map(ToString::to_string),
            error.as_ref().source().map(ToString::to_string)
        );
        assert_eq!(error.kind(), io::ErrorKind::Other);
        *error = io::ErrorKind::TimedOut.into();
        assert_eq!(error.into_inner().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn it_is_a_word_long() {
        assert_eq!(size_of::<Option<ErrorBox<io::Error>>>(), size_of::<usize>());
    }
}
