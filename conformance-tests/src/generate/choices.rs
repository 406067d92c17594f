//! A source of decisions that proptest can shrink.

use proptest::prelude::*;
use retort_core::backend::Feature;

use super::world::World;

/// Decisions made in advance; when they run out, all are the first choice.
#[derive(Debug, Clone)]
pub struct Choices {
    /// What they are about.
    pub world: World,
    values: Vec<u16>,
    next: usize,
}

/// Up to this many decisions.
pub fn choices(world: World, most: usize) -> impl Strategy<Value = Choices> {
    prop::collection::vec(any::<u16>(), 0..most).prop_map(move |values| Choices { world, values, next: 0 })
}

impl Choices {
    /// Whether no decision is left.
    pub fn is_empty(&self) -> bool {
        self.next >= self.values.len()
    }

    /// A number below the limit.
    pub fn below(&mut self, limit: usize) -> usize {
        let value = self.values.get(self.next).copied().unwrap_or_default();
        self.next += 1;
        usize::from(value) % limit.max(1)
    }

    /// True once in so many times, where there is that feature at all.
    pub fn feature(&mut self, feature: Feature, times: usize) -> bool {
        self.once_in(times) && self.world.capabilities.has(feature)
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// One of the items.
    pub fn one_of<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        let at = self.below(items.len());
        items.get(at).cloned()
    }

    /// Some of the items, at least one if there are any, in any order.
    pub fn some_of<T: Clone + PartialEq>(&mut self, items: &[T], most: usize) -> Vec<T> {
        let mut taken: Vec<T> = Vec::new();
        for _ in 0..=self.below(most) {
            taken.extend(self.one_of(items).filter(|item| !taken.contains(item)));
        }
        taken
    }
}
