//! Text of an unknown encoding as UTF-8: by its mark, else UTF-8 where all of it is, else the one of old Windows programs.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

const BLOCK: usize = 64 * 1024;

pub struct Utf8 {
    file: BufReader<File>,
    decoder: Decoder,
    input: Vec<u8>,
    /// Decoded, and how far it was taken.
    output: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl Utf8 {
    pub fn open(path: &Path) -> io::Result<Self> {
        let encoding = encoding_of(path)?;
        Ok(Self {
            file: BufReader::with_capacity(BLOCK, File::open(path)?),
            // Takes the mark away.
            decoder: encoding.new_decoder_with_bom_removal(),
            input: vec![0; BLOCK],
            output: Vec::new(),
            taken: 0,
            ended: false,
        })
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.taken == self.output.len() && !self.ended {
            let read = self.file.read(&mut self.input)?;
            self.ended = read == 0;
            let input = self.input.get(..read).unwrap_or_default();
            let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(4 * BLOCK);
            self.output.resize(room, 0);
            let (_, _, written, _) = self.decoder.decode_to_utf8(input, &mut self.output, self.ended);
            self.output.truncate(written);
            self.taken = 0;
        }
        Ok(())
    }
}

impl Read for Utf8 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let mut left = self.output.get(self.taken..).unwrap_or_default();
        let read = left.read(buffer)?;
        self.taken += read;
        Ok(read)
    }
}

fn encoding_of(path: &Path) -> io::Result<&'static Encoding> {
    let mut file = BufReader::with_capacity(BLOCK, File::open(path)?);
    let mut block = vec![0; BLOCK];
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    let mut sink = vec![0; 4 * BLOCK];
    let mut is_first = true;
    loop {
        let read = file.read(&mut block)?;
        let bytes = block.get(..read).unwrap_or_default();
        if std::mem::take(&mut is_first) {
            if let Some((encoding, _)) = Encoding::for_bom(bytes) {
                return Ok(encoding);
            }
            // Latin letters in two bytes: every other one is zero.
            match bytes {
                [0, second, ..] if *second != 0 => return Ok(UTF_16BE),
                [first, 0, ..] if *first != 0 => return Ok(UTF_16LE),
                _ => {}
            }
        }
        let (result, _, _) = decoder.decode_to_utf8_without_replacement(bytes, &mut sink, read == 0);
        match result {
            encoding_rs::DecoderResult::Malformed(..) => return Ok(WINDOWS_1252),
            _ if read == 0 => return Ok(UTF_8),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_gives_the_same_text() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sheet.csv");
        // Longer than a block, so that letters are cut in two.
        let text = "Größe;Straße\r\n".repeat(20_000);
        let utf16 = |swap: bool| -> Vec<u8> {
            let bytes = |unit: u16| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
            text.encode_utf16().flat_map(bytes).collect()
        };
        let marked = |mark: &[u8], rest: Vec<u8>| [mark.to_vec(), rest].concat();
        for bytes in [
            text.clone().into_bytes(),
            marked(&[0xef, 0xbb, 0xbf], text.clone().into_bytes()),
            marked(&[0xff, 0xfe], utf16(false)),
            marked(&[0xfe, 0xff], utf16(true)),
            utf16(false),
            utf16(true),
            WINDOWS_1252.encode(&text).0.into_owned(),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let mut read = String::new();
            Utf8::open(&path).unwrap().read_to_string(&mut read).unwrap();
            assert!(read == text);
        }
    }
}
