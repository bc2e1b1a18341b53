//! A set of topics that takes a bounded amount of memory.

use std::{collections::HashSet, sync::Arc};

/// Some topics; all of them, when there are too many to be remembered.
#[derive(Debug)]
pub(crate) enum Topics {
    Some(HashSet<Arc<str>>),
    All,
}

impl Topics {
    pub(crate) fn new() -> Self {
        Self::Some(HashSet::new())
    }

    pub(crate) fn add(&mut self, topic: &Arc<str>) {
        if let Self::Some(topics) = self {
            if topics.len() < MOST {
                topics.insert(Arc::clone(topic));
            } else if !topics.contains(topic) {
                *self = Self::All;
            }
        }
    }

    pub(crate) fn extend(&mut self, others: Self) {
        match others {
            Self::Some(others) => others.iter().for_each(|topic| self.add(topic)),
            Self::All => *self = Self::All,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Some(topics) if topics.is_empty())
    }

    /// Leaves none.
    pub(crate) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::new())
    }
}

/// With names of 128 bytes, that is some 200 KiB.
const MOST: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_are_all() {
        let mut topics = Topics::new();
        assert!(topics.is_empty());
        for number in 0..MOST {
            topics.add(&number.to_string().into());
            topics.add(&"0".into());
            assert!(matches!(&topics, Topics::Some(some) if some.len() == number + 1));
        }
        topics.add(&"one more".into());
        assert!(matches!(topics, Topics::All) && !topics.is_empty());
        let mut others = Topics::new();
        others.extend(topics.take());
        assert!(matches!(others, Topics::All) && topics.is_empty());
    }
}
