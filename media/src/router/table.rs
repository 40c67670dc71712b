//! Values under small reused numbers, so that one packet finds its uplink and slots without hashing.

use crate::prefetch;
use std::ops::{Index, IndexMut};

#[derive(Debug)]
pub(crate) struct Table<T> {
    rows: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), free: Vec::new() }
    }
}

impl<T> Table<T> {
    pub(crate) fn insert(&mut self, row: T) -> usize {
        if let Some(key) = self.free.pop() {
            self.rows[key] = Some(row);
            key
        } else {
            self.rows.push(Some(row));
            self.rows.len() - 1
        }
    }

    pub(crate) fn remove(&mut self, key: usize) -> Option<T> {
        let row = self.rows.get_mut(key)?.take()?;
        self.free.push(key);
        Some(row)
    }

    pub(crate) fn get(&self, key: usize) -> Option<&T> {
        self.rows.get(key)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, key: usize) -> Option<&mut T> {
        self.rows.get_mut(key)?.as_mut()
    }

    /// Has a row fetched into the cache.
    pub(crate) fn soon(&self, key: usize) {
        if let Some(row) = self.rows.get(key) {
            prefetch::soon(row);
        }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = usize> + use<T> {
        0..self.rows.len()
    }
}

impl<T> Index<usize> for Table<T> {
    type Output = T;

    fn index(&self, key: usize) -> &T {
        self.rows[key].as_ref().expect("keys are forgotten when their row is removed")
    }
}

impl<T> IndexMut<usize> for Table<T> {
    fn index_mut(&mut self, key: usize) -> &mut T {
        self.rows[key].as_mut().expect("keys are forgotten when their row is removed")
    }
}
