//! What to do about what went wrong, in English. The sentence before it is the engine's.

use engine::error::{ErrorCode, Failure, Who};
use engine::words;

pub struct Words {
    pub sentence: String,
    pub next: String,
}

/// Who can do something about it.
pub fn who(who: Who) -> &'static str {
    match who {
        Who::You => "You can fix this:",
        Who::It => "Your IT can fix this:",
        Who::Admin => "Your Canto administrator can fix this:",
        Who::Canto => "This needs support:",
        Who::Nobody => "Nothing to do:",
    }
}

/// The sentence and the next step, with the failure's own values.
pub fn words(failure: &Failure) -> Words {
    let next = plain(failure.code, words::reason(failure));
    Words { sentence: words::sentence(failure), next: words::filled(next, failure) }
}

fn plain(code: ErrorCode, reason: &str) -> &'static str {
    use ErrorCode as C;
    match code {
        C::SourceChanged => "Ferry tries again when it has come to rest.",
        C::SourceMissing => "put it back or name the right path, then `ferry retry`.",
        C::SourceUnreadable => "allow your user to read it, or check the disk, then `ferry retry`.",
        C::SourceNotAFile => "name the files themselves.",
        C::AssetUnseen => {
            "look for it in Canto; `ferry retry` has Ferry look once more, `ferry cancel` gives it up."
        }
        C::VolumeAway => "connect it again; Ferry goes on by itself.",
        C::SourceLocked => "close it there; Ferry tries again.",
        C::NameRefused => match reason {
            "not_unicode" => "rename it, then add it again.",
            "control_character" => "rename it, then add it again.",
            "too_long" => "shorten it, then add it again.",
            "empty" => "give one.",
            _ => "rename it, then add it again.",
        },
        C::TooLarge => "ask Canto's support how to bring it in.",
        C::PathUnusable => "check how it is written.",
        C::NetworkOffline => "Ferry goes on when it is back.",
        C::NetworkInterrupted => "Ferry tries again by itself.",
        C::NetworkTimeout => "Ferry tries again by itself.",
        C::UnexpectedAnswer => {
            "look whether a web page opens, and whether the library's address is let through."
        }
        C::TlsRefused => match reason {
            "file" => "check FERRY_CA_FILE: it has to be a PEM file.",
            _ => "if a proxy inspects traffic here, put its certificate authority into FERRY_CA_FILE.",
        },
        C::ProxyAuthRequired => "put them into HTTPS_PROXY (http://user:password@host:port).",
        C::ProxyUnreachable => "check the proxy settings of this computer.",
        C::TenantUnknown => "check the address: it is the one in your browser, such as acme.canto.com.",
        C::TenantBusy => "Ferry tries again by itself.",
        C::TenantRefused => "note the time and ask Canto's support.",
        C::SignInRequired => match reason {
            "no_account" => "`ferry login TENANT`.",
            _ => "`ferry login TENANT`; the queue waits for it.",
        },
        C::SignInCancelled => "`ferry login` when you are ready.",
        C::SignInTimeout => "`ferry login` once more.",
        C::CredentialsRefused => match reason {
            "app_id_missing" => {
                "ask for the app id and secret; give them with --app-id and --app-secret-stdin."
            }
            _ => "check the API key's id, secret and allowed kinds of sign-in in Canto's settings.",
        },
        C::NoPermission => {
            "give it the right to upload (a consumer needs to become a contributor); then `ferry login` \
             again and `ferry retry`."
        }
        C::DestinationMissing => "check the name (`ferry tree`), or use --create.",
        C::DestinationRefused => "give it the right to make folders and albums there, or make it yourself.",
        C::PolicyRefused => "Ferry asks for a new one; if this stays, ask Canto's support.",
        C::ChecksumMismatch => {
            "something on the way changes data (a proxy, a virus scanner, memory); Ferry sends it again."
        }
        C::IngestRefused => "see whether the file opens; if so, ask Canto's support.",
        C::MetadataRefused => match reason {
            "required" => "give it with --set, or in a column of the sheet.",
            "number" | "date" | "choice" | "several" | "url" | "rating" => {
                "change it and upload again; nothing was uploaded."
            }
            "unknown_field" => "check the field's name or id in Canto's settings; nothing was uploaded.",
            "tenant" => "correct it in the app; the file is not uploaded again.",
            "right" => "give it the right to edit, then correct it in the app.",
            "gone" => "look for it in Canto's trash, or upload it again.",
            "sheet" => "save it as .csv or .xlsx and try again; nothing was uploaded.",
            "no_names" => "name that column 'file name' and try again; nothing was uploaded.",
            _ => "correct it in the app; the file is not uploaded again.",
        },
        C::DiskFull => "make room; nothing in the queue is lost, and it goes on by itself.",
        C::DatabaseTooNew => {
            "update this one, or name another directory with --data-dir. Nothing was changed."
        }
        C::DatabaseDamaged => {
            "start again: Ferry goes on with what was kept. Files that are missing have to be added again."
        }
        C::DatabaseUnusable => "check that the directory can be written, or name another with --data-dir.",
        C::DataDirInUse => "look whether Ferry hangs, end it, and try again.",
        C::KeychainUnavailable => "set FERRY_PASSPHRASE: Ferry then keeps them in an encrypted file.",
        C::PassphraseWrong => {
            "give the right FERRY_PASSPHRASE; if it is lost, delete the file and sign in again."
        }
        C::AccountMissing => "`ferry accounts` lists them.",
        C::SettingLocked => "ask whoever manages this computer.",
        C::BatchMissing => "`ferry status` lists them.",
        C::JobMissing => "`ferry jobs` lists them.",
        C::RequestInvalid => match reason {
            "setting_unknown" => "`ferry settings list` names them.",
            "setting_value" => "`ferry settings list` says what it can be.",
            "no_paths" => "name files or folders.",
            "receipt_unknown" => "name a file that `ferry receipt` wrote.",
            "receipt_unsealed" => "`ferry receipt BATCH` makes a new one.",
            "receipt_newer" => "update this one.",
            "receipt_head" | "receipt_row" | "receipt_cut" | "receipt_end" | "receipt_other_seal" => {
                "look for the original; `ferry receipt BATCH` makes a new one where the batch is known."
            }
            _ => "check brackets and braces in it.",
        },
        C::Internal => "try again; if it stays, send what FERRY_LOG=debug prints.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence_and_a_next_step_without_holes() {
        for code in ErrorCode::ALL {
            let words = words(&Failure::new(*code));
            assert!(words.sentence.ends_with('.') && words.next.ends_with('.'), "{code:?}");
            assert!(
                !words.sentence.contains(['{', '}', '|']) && !words.next.contains(['{', '}']),
                "{code:?}"
            );
        }
    }
}
