//! Everybody else.

use super::judge::Judge;
use crate::failure::Failure;
use crate::site::Site;

pub(crate) fn run(_site: &Site, _judge: &Judge, _only: Option<&str>) -> Result<(), Failure> {
    Ok(())
}
