//! A box that keeps an error out of programs that never meet it.

use std::{error::Error, fmt, ops::Deref};

/// A box for an error that most programs never meet: what shows and drops it is linked where it is made, and not
/// wherever an [`Error`](crate::Error) is. Otherwise like a [`Box`].
///
/// ```
/// use ws_core::UrlError;
/// use ws_driver::{Error, ErrorBox};
///
/// let error = Error::from(UrlError::EmptyHost);
/// let Error::Url(error) = error else { panic!() };
/// assert_eq!((error.name(), &*error), ("url-empty-host", &UrlError::EmptyHost));
/// assert_eq!(ErrorBox::into_inner(error), UrlError::EmptyHost);
/// ```
// Twice in a box: this is a word long, as all that is in an `Error`, and the table is with the error.
pub struct ErrorBox<T>(Box<Box<dyn Holds<T>>>);

/// What the table has.
trait Holds<T>: Error + Send + Sync {
    fn get(&self) -> &T;
    fn take(self: Box<Self>) -> T;
}

impl<T: Error + Send + Sync> Holds<T> for T {
    fn get(&self) -> &T {
        self
    }

    fn take(self: Box<Self>) -> T {
        *self
    }
}

impl<T> ErrorBox<T> {
    /// What is inside.
    pub fn into_inner(this: Self) -> T {
        this.0.take()
    }
}

impl<T: Error + Send + Sync + 'static> From<T> for ErrorBox<T> {
    fn from(error: T) -> Self {
        Self(Box::new(Box::new(error)))
    }
}

impl<T> Deref for ErrorBox<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.get()
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
