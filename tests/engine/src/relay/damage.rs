//! What is done to bytes that pass, and where.

use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One bit of one byte.
    Flip,
    /// So many bytes never arrive.
    Drop(u64),
    /// So many bytes arrive twice.
    Repeat(u64),
    /// The connection ends here.
    Truncate,
    /// So many bytes change places with as many that follow.
    Swap(u64),
    /// Everything from here on comes later.
    Delay(Duration),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Counted in the file's own bytes.
    Request,
    /// Counted in the bytes of the answer, with its head.
    Answer,
}

/// Which requests are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Any,
    Form,
    Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    pub on: On,
    pub side: Side,
    pub at: u64,
    pub kind: Kind,
}

impl Damage {
    /// `bytes`: of the file in the request.
    pub(super) fn fits(&self, is_form: bool, bytes: u64) -> bool {
        let meant = match self.on {
            On::Any => true,
            On::Form => is_form,
            On::Part => !is_form,
        };
        meant && (self.side == Side::Answer || self.at + self.reach() <= bytes)
    }

    /// Bytes that it needs from its place on.
    fn reach(&self) -> u64 {
        match self.kind {
            Kind::Flip | Kind::Truncate | Kind::Delay(_) => 1,
            Kind::Drop(length) | Kind::Repeat(length) => length.max(1),
            Kind::Swap(length) => 2 * length.max(1),
        }
    }

    /// The bytes come out as they were.
    pub fn is_harmless(&self) -> bool {
        matches!(self.kind, Kind::Delay(_))
    }
}

/// What is to be done next.
pub(super) enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    End,
}

/// Does one damage to a stream of bytes.
pub(super) struct Spoiler {
    damage: Option<Damage>,
    passed: u64,
    held: Vec<u8>,
}

impl Spoiler {
    pub fn new(damage: Option<Damage>) -> Self {
        Self { damage, passed: 0, held: Vec::new() }
    }

    /// `true` once the damage is done.
    pub fn is_done(&self) -> bool {
        self.damage.is_none()
    }

    /// Bytes that pass next.
    pub fn pass(&mut self, bytes: &[u8]) -> Vec<Step> {
        let start = self.passed;
        self.passed += bytes.len() as u64;
        let Some(damage) = self.damage else { return vec![Step::Send(bytes.to_vec())] };
        let end = damage.at + damage.reach();
        if self.passed <= damage.at {
            return vec![Step::Send(bytes.to_vec())];
        }
        // From its place on, bytes are held until the whole reach of the damage is there.
        let before = usize::try_from(damage.at.saturating_sub(start)).unwrap().min(bytes.len());
        let mut steps = Vec::new();
        if before > 0 {
            steps.push(Step::Send(bytes[..before].to_vec()));
        }
        self.held.extend_from_slice(&bytes[before..]);
        if self.passed >= end {
            let held = std::mem::take(&mut self.held);
            self.damage = None;
            steps.extend(spoilt(damage, held));
        }
        steps
    }

    /// The stream ends: what was held goes out as it is.
    pub fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }
}

fn spoilt(damage: Damage, mut held: Vec<u8>) -> Vec<Step> {
    let length = |length: u64| usize::try_from(length.max(1)).unwrap();
    match damage.kind {
        Kind::Flip => {
            held[0] ^= 0x04;
            vec![Step::Send(held)]
        }
        Kind::Drop(bytes) => vec![Step::Send(held.split_off(length(bytes)))],
        Kind::Repeat(bytes) => {
            let twice = held[..length(bytes)].to_vec();
            vec![Step::Send(twice), Step::Send(held)]
        }
        Kind::Truncate => vec![Step::End],
        Kind::Swap(bytes) => {
            let bytes = length(bytes);
            let (first, second) = held[..2 * bytes].split_at_mut(bytes);
            first.swap_with_slice(second);
            vec![Step::Send(held)]
        }
        Kind::Delay(time) => vec![Step::Wait(time), Step::Send(held)],
    }
}
