//! Secrets in memory.

use std::collections::HashMap;
use std::sync::Mutex;

use engine::error::Outcome;
use engine::session::{Secret, Vault};

#[derive(Debug, Default)]
pub struct MemoryVault(Mutex<HashMap<String, String>>);

impl MemoryVault {
    pub fn is_empty(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }

    pub fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().keys().cloned().collect()
    }
}

impl Vault for MemoryVault {
    fn get(&self, name: &str) -> Outcome<Option<Secret>> {
        Ok(self.0.lock().unwrap().get(name).cloned().map(Secret::new))
    }

    fn set(&self, name: &str, secret: &Secret) -> Outcome<()> {
        self.0.lock().unwrap().insert(name.to_owned(), secret.expose().to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Outcome<()> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}
