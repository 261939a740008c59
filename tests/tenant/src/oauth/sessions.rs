//! Authorization codes and tokens.

use std::collections::HashMap;

use crate::ids;
use crate::store::db::Db;
use crate::store::token::{Token, TokenKind};

/// Life of a code; [ND] (§2.9).
const CODE_MS: i64 = 10 * 60_000;
/// One year [C, single source] (§2.9).
const REFRESH_MS: i64 = 365 * 86_400_000;

#[derive(Default)]
pub struct Sessions {
    tokens: HashMap<String, Token>,
    codes: HashMap<String, Code>,
}

pub struct Code {
    pub email: String,
    pub redirect_uri: String,
    pub challenge: Option<Challenge>,
    pub expires_ms: i64,
}

#[derive(Clone)]
pub struct Challenge {
    pub text: String,
    /// `plain` [C]; `S256` was not seen [ND] (§2.6).
    pub s256: bool,
}

impl Sessions {
    pub fn load(tokens: Vec<Token>) -> Self {
        let tokens = tokens.into_iter().map(|token| (token.text.clone(), token)).collect();
        Self { tokens, codes: HashMap::new() }
    }

    pub fn new_code(
        &mut self,
        email: &str,
        redirect_uri: &str,
        challenge: Option<Challenge>,
        now: i64,
    ) -> String {
        let text = ids::token();
        let code = Code {
            email: email.into(),
            redirect_uri: redirect_uri.into(),
            challenge,
            expires_ms: now + CODE_MS,
        };
        self.codes.insert(text.clone(), code);
        text
    }

    /// A code works once.
    pub fn take_code(&mut self, text: &str, now: i64) -> Option<Code> {
        self.codes.remove(text).filter(|code| code.expires_ms > now)
    }

    pub fn new_token(
        &mut self,
        kind: TokenKind,
        email: &str,
        scope: Option<String>,
        life_ms: Option<i64>,
        now: i64,
        db: &Db,
    ) -> String {
        let expires_ms = now + life_ms.unwrap_or(REFRESH_MS);
        self.keep(Token { text: ids::token(), kind, email: email.into(), scope, place: None, expires_ms }, db)
    }

    /// For one place alone; `identity` is whoever came in.
    pub fn new_place_token(
        &mut self,
        identity: &str,
        place: &str,
        life_ms: i64,
        now: i64,
        db: &Db,
    ) -> String {
        let token = Token {
            text: ids::token(),
            kind: TokenKind::Access,
            email: identity.into(),
            scope: None,
            place: Some(place.into()),
            expires_ms: now + life_ms,
        };
        self.keep(token, db)
    }

    fn keep(&mut self, token: Token, db: &Db) -> String {
        db.put(&token);
        let text = token.text.clone();
        self.tokens.insert(text.clone(), token);
        text
    }

    pub fn token(&self, text: &str, kind: TokenKind, now: i64) -> Option<&Token> {
        self.tokens.get(text).filter(|token| token.kind == kind && token.expires_ms > now)
    }

    pub fn issued(&self) -> Vec<String> {
        self.tokens.keys().cloned().collect()
    }

    pub fn forget(&mut self, text: &str, db: &Db) {
        self.tokens.remove(text);
        db.delete::<Token>(text.to_owned());
    }

    /// Ends every token of a kind.
    pub fn expire(&mut self, kind: TokenKind, db: &Db) {
        for token in self.tokens.values_mut().filter(|token| token.kind == kind) {
            token.expires_ms = 0;
            db.put(token);
        }
    }
}
