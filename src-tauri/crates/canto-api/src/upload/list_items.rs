//! Cuts a long JSON answer into the items of its list while it comes in, so that only one item is ever in memory.

/// What is wrong with an answer as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken(pub(super) &'static str);

/// Takes an answer piece by piece: a list of objects, or an object with such a list under `results` [C].
/// What an item holds is for others to read; items that are no objects are left out.
#[derive(Default)]
pub(super) struct ListItems {
    /// What is not yet handed on: the item, or the key, that is coming in.
    buffer: Vec<u8>,
    /// The containers that are open, from the outside.
    open: Vec<Container>,
    string: Option<Text>,
    /// The last string directly inside of the outermost object is `results`.
    named_results: bool,
    item_at: Option<usize>,
    begun: bool,
    says_something: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    Object,
    List,
    /// The list that the items are in.
    Items,
}

#[derive(Clone, Copy)]
struct Text {
    starts: usize,
    escaped: bool,
}

impl ListItems {
    /// Hands the text of each item that is complete now to `on_item`.
    pub(super) fn feed<E: From<Broken>>(
        &mut self,
        piece: &[u8],
        mut on_item: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let first = self.buffer.len();
        self.buffer.extend_from_slice(piece);
        for at in first..self.buffer.len() {
            let Some(byte) = self.buffer.get(at).copied() else { break };
            if let Some(starts) = self.take(at, byte)? {
                on_item(self.buffer.get(starts..=at).unwrap_or_default())?;
            }
        }
        self.forget();
        Ok(())
    }

    /// Nothing more comes.
    pub(super) fn end(self) -> Result<(), Broken> {
        if self.begun && self.open.is_empty() { Ok(()) } else { Err(Broken("half an answer")) }
    }

    /// An object with nothing in it came so far, not even an empty list.
    pub(super) fn says_nothing(&self) -> bool {
        self.begun && !self.says_something
    }

    /// One byte. `Some`: an item that started there ends here.
    fn take(&mut self, at: usize, byte: u8) -> Result<Option<usize>, Broken> {
        if let Some(mut text) = self.string.take() {
            match byte {
                _ if text.escaped => text.escaped = false,
                b'\\' => text.escaped = true,
                b'"' => {
                    if self.open.len() == 1 {
                        let word = self.buffer.get(text.starts + 1..at);
                        self.named_results = word == Some(b"results".as_slice());
                    }
                    return Ok(None);
                }
                _ => {}
            }
            self.string = Some(text);
            return Ok(None);
        }
        match byte {
            b'"' => {
                self.says_something = true;
                self.string = Some(Text { starts: at, escaped: false });
            }
            b'{' => {
                if self.open.last() == Some(&Container::Items) {
                    self.item_at = Some(at);
                }
                self.start(Container::Object)?;
            }
            b'[' => {
                let items = match self.open.as_slice() {
                    [] => true,
                    [Container::Object] => self.named_results,
                    _ => false,
                };
                self.says_something = true;
                self.start(if items { Container::Items } else { Container::List })?;
            }
            b'}' => {
                self.close(byte)?;
                if self.open.last() == Some(&Container::Items) {
                    return Ok(self.item_at.take());
                }
            }
            b']' => self.close(byte)?,
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ if self.open.is_empty() => return Err(Broken("no JSON list")),
            _ => {}
        }
        Ok(None)
    }

    fn start(&mut self, container: Container) -> Result<(), Broken> {
        if self.open.is_empty() && std::mem::replace(&mut self.begun, true) {
            return Err(Broken("more than one answer"));
        }
        if self.open.len() > 64 {
            return Err(Broken("containers in containers without end"));
        }
        self.open.push(container);
        Ok(())
    }

    fn close(&mut self, byte: u8) -> Result<(), Broken> {
        match self.open.pop() {
            Some(Container::Object) if byte == b'}' => Ok(()),
            Some(Container::List | Container::Items) if byte == b']' => Ok(()),
            _ => Err(Broken("brackets that don't match")),
        }
    }

    /// Keeps only what is still coming in.
    fn forget(&mut self) {
        let from = self.item_at.or(self.string.map(|text| text.starts)).unwrap_or(self.buffer.len());
        self.buffer.drain(..from);
        self.item_at = self.item_at.map(|_| 0);
        if let Some(text) = &mut self.string {
            text.starts -= from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(answer: &str, size: usize) -> Result<Vec<String>, Broken> {
        let (mut items, mut cut) = (Vec::new(), ListItems::default());
        for piece in answer.as_bytes().chunks(size) {
            cut.feed(piece, |item| {
                items.push(String::from_utf8_lossy(item).into_owned());
                Ok::<(), Broken>(())
            })?;
        }
        cut.end().map(|()| items)
    }

    #[test]
    fn items_are_found_however_the_answer_is_cut() {
        let answer = r#" {"found":2,"odd":[{"not":"one"}],"note":"[{\"results\":\\","results": [{"a":"}]\"{","b":[{"c":1}]} ,
            null, {"ü":{}}],"after":{"results":[{"nor":"this"}]}} "#;
        for size in 1..answer.len() {
            assert_eq!(
                cut(answer, size).unwrap(),
                [r#"{"a":"}]\"{","b":[{"c":1}]}"#, r#"{"ü":{}}"#],
                "{size}"
            );
        }
        assert_eq!(cut(r#"[{"a":1},{"a":2}]"#, 3).unwrap().len(), 2, "a list without an object around it");
        assert!(cut("[]", 1).unwrap().is_empty());
        assert!(cut(r#"{"results":null}"#, 4).unwrap().is_empty());
    }

    #[test]
    fn half_and_wrong_answers_are_told() {
        for answer in ["", r#"{"results":[{"a":1}"#, r#"[{"a":"1]"#, "hello", "[]]", "[}", "{}{}"] {
            assert!(cut(answer, 5).is_err(), "{answer}");
        }
        assert!(cut(&"[".repeat(1_000), 100).is_err());
    }

    #[test]
    fn only_what_is_coming_in_is_kept() {
        let mut cut = ListItems::default();
        let item = format!("{{\"name\":\"{}\"}},", "x".repeat(200));
        cut.feed(b"[", |_| Ok::<(), Broken>(())).unwrap();
        for _ in 0..1_000 {
            cut.feed(item.as_bytes(), |_| Ok::<(), Broken>(())).unwrap();
            assert!(cut.buffer.capacity() < 2_000, "{}", cut.buffer.capacity());
        }
    }
}
