//! What the suite needs of an implementation.

use std::fmt;

use crate::{delivery::Delivery, observed::Observed, vector::Vector};

/// An implementation, or one entry point of it, under test.
pub trait Subject: fmt::Debug {
    /// Stands in front of every failure.
    fn name(&self) -> &str;

    /// Why a vector is not run: skipping is a visible decision.
    fn skip(&self, vector: &Vector) -> Option<&'static str> {
        let _ = vector;
        None
    }

    /// Runs a vector of the server role.
    fn server(&self, vector: &Vector, delivery: Delivery) -> Observed;

    /// Runs a vector of the client role.
    fn client(&self, vector: &Vector, delivery: Delivery) -> Observed;
}
