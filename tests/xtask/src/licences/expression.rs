//! SPDX licence expressions: `MIT OR Apache-2.0 WITH LLVM-exception AND (ISC OR Zlib)`; AND binds tighter than OR.

/// Whether the expression holds when `allowed` says which licences do. `A/B` is the old way to write `A OR B`.
pub fn holds(expression: &str, allowed: impl Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = Words { words: spaced.split_whitespace().collect(), at: 0, allowed: &allowed };
    let value = words.any()?;
    match words.peek() {
        None => Ok(value),
        Some(word) => Err(format!("\"{word}\" is left over")),
    }
}

struct Words<'a> {
    words: Vec<&'a str>,
    at: usize,
    allowed: &'a dyn Fn(&str) -> bool,
}

impl<'a> Words<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<bool, String> {
        let mut value = self.all()?;
        while self.take("OR") {
            // Both sides are read, whatever the first one says.
            value |= self.all()?;
        }
        Ok(value)
    }

    fn all(&mut self) -> Result<bool, String> {
        let mut value = self.one()?;
        while self.take("AND") {
            value &= self.one()?;
        }
        Ok(value)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.take("(") {
            let value = self.any()?;
            return if self.take(")") { Ok(value) } else { Err("a bracket is not closed".into()) };
        }
        let id = self.id()?;
        if self.take("WITH") {
            return Ok((self.allowed)(&format!("{id} WITH {}", self.id()?)));
        }
        Ok((self.allowed)(id))
    }

    fn id(&mut self) -> Result<&'a str, String> {
        match self.peek() {
            None => Err("it ends too early".into()),
            Some(word) if matches!(word.to_ascii_uppercase().as_str(), "OR" | "AND" | "WITH" | "(" | ")") => {
                Err(format!("\"{word}\" where a licence should be"))
            }
            Some(word) => {
                self.at += 1;
                Ok(word)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::holds;

    fn ours(id: &str) -> bool {
        ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "ISC"].contains(&id)
    }

    #[test]
    fn one_choice_is_enough_and_all_parts_are_needed() {
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("MIT OR GPL-3.0", true),
            ("GPL-3.0 OR MIT", true),
            ("MIT AND GPL-3.0", false),
            ("MIT AND ISC", true),
            ("MIT/Apache-2.0", true),
            ("GPL-2.0/GPL-3.0", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("MIT WITH LLVM-exception", false),
            ("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", true),
        ] {
            assert_eq!(holds(expression, ours), Ok(expected), "{expression}");
        }
    }

    #[test]
    fn and_binds_tighter_and_brackets_change_that() {
        assert_eq!(holds("MIT OR GPL-3.0 AND GPL-2.0", ours), Ok(true));
        assert_eq!(holds("(MIT OR GPL-3.0) AND GPL-2.0", ours), Ok(false));
        assert_eq!(holds("((MIT) AND (ISC OR GPL-2.0))", ours), Ok(true));
    }

    #[test]
    fn nonsense_is_refused() {
        for expression in ["", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT ISC", "MIT WITH", "SEE LICENSE IN x"]
        {
            assert!(holds(expression, ours).is_err(), "{expression}");
        }
    }
}
