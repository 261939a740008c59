//! What went wrong, in English: a sentence and the next step for every code.

use engine::error::{ErrorCode, Failure, Who};

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
    let (sentence, next) = plain(failure.code, reason(failure));
    Words { sentence: filled(sentence, failure), next: filled(next, failure) }
}

fn reason(failure: &Failure) -> &str {
    match failure.code {
        // The file itself, not a connection.
        ErrorCode::TlsRefused if failure.params.contains_key("path") => "file",
        _ => failure.params.get("reason").map_or("", String::as_str),
    }
}

/// `{name|words}` is the failure's value of that name, or the words where it has none.
fn filled(text: &str, failure: &Failure) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((field, after)) = after.split_once('}') else { break };
        let (name, otherwise) = field.split_once('|').unwrap_or((field, ""));
        filled.push_str(failure.params.get(name).map_or(otherwise, String::as_str));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn plain(code: ErrorCode, reason: &str) -> (&'static str, &'static str) {
    use ErrorCode as C;
    match code {
        C::SourceChanged => {
            ("The file keeps changing while it is read.", "Ferry tries again when it has come to rest.")
        }
        C::SourceMissing => {
            ("The file is no longer where it was.", "put it back or name the right path, then `ferry retry`.")
        }
        C::SourceUnreadable => {
            ("The file can't be read.", "allow your user to read it, or check the disk, then `ferry retry`.")
        }
        C::SourceNotAFile => {
            ("This is no regular file (a folder, a socket, a device).", "name the files themselves.")
        }
        C::AssetUnseen => (
            "The file arrived, but the library has shown no asset of it for a day.",
            "look for it in Canto; `ferry retry` has Ferry look once more, `ferry cancel` gives it up.",
        ),
        C::VolumeAway => (
            "The disk, card or share '{volume}' is not connected.",
            "connect it again; Ferry goes on by itself.",
        ),
        C::SourceLocked => ("Another program holds the file.", "close it there; Ferry tries again."),
        C::NameRefused => match reason {
            "not_unicode" => ("The name is not valid Unicode.", "rename it, then add it again."),
            "control_character" => {
                ("The name holds a control character, such as a line break.", "rename it, then add it again.")
            }
            "too_long" => ("The name is too long.", "shorten it, then add it again."),
            "empty" => ("A name is missing.", "give one."),
            _ => ("The name can't be used in the library.", "rename it, then add it again."),
        },
        C::TooLarge => (
            "The file is larger than the library takes in one piece (5 GiB).",
            "ask Canto's support how to bring it in.",
        ),
        C::PathUnusable => ("The path {path|that was given} can't be used.", "check how it is written."),
        C::NetworkOffline => ("There is no connection to the library.", "Ferry goes on when it is back."),
        C::NetworkInterrupted => ("The connection broke.", "Ferry tries again by itself."),
        C::NetworkTimeout => ("The library does not answer.", "Ferry tries again by itself."),
        C::UnexpectedAnswer => (
            "Something other than the library answered, such as a hotel's sign-in page or a filter.",
            "look whether a web page opens, and whether the library's address is let through.",
        ),
        C::TlsRefused => match reason {
            "file" => (
                "The certificate authorities in {path|the file} can't be read.",
                "check FERRY_CA_FILE: it has to be a PEM file.",
            ),
            _ => (
                "The encrypted connection was refused: the certificate is not trusted.",
                "if a proxy inspects traffic here, put its certificate authority into FERRY_CA_FILE.",
            ),
        },
        C::ProxyAuthRequired => (
            "The proxy wants a user and a password.",
            "put them into HTTPS_PROXY (http://user:password@host:port).",
        ),
        C::ProxyUnreachable => ("The proxy does not answer.", "check the proxy settings of this computer."),
        C::TenantUnknown => (
            "There is no Canto library at '{tenant|this address}'.",
            "check the address: it is the one in your browser, such as acme.canto.com.",
        ),
        C::TenantBusy => ("The library is busy.", "Ferry tries again by itself."),
        C::TenantRefused => {
            ("The library refused a request that should be right.", "note the time and ask Canto's support.")
        }
        C::SignInRequired => match reason {
            "no_account" => ("Nobody is signed in.", "`ferry login TENANT`."),
            _ => ("The sign-in has ended.", "`ferry login TENANT`; the queue waits for it."),
        },
        C::SignInCancelled => ("The sign-in was cancelled.", "`ferry login` when you are ready."),
        C::SignInTimeout => ("Nobody signed in within 15 minutes.", "`ferry login` once more."),
        C::CredentialsRefused => match reason {
            "app_id_missing" => (
                "The id of the tenant's API key is missing.",
                "ask for the app id and secret; give them with --app-id and --app-secret-stdin.",
            ),
            _ => (
                "The library does not accept this app id and secret.",
                "check the API key's id, secret and allowed kinds of sign-in in Canto's settings.",
            ),
        },
        C::NoPermission => (
            "This account has no right to upload here.",
            "give it the right to upload (a consumer needs to become a contributor); then `ferry login` \
             again and `ferry retry`.",
        ),
        C::DestinationMissing => (
            "The destination {destination|} is not in the library.",
            "check the name (`ferry tree`), or use --create.",
        ),
        C::DestinationRefused => (
            "The library does not let this account make '{name|the folder or album}'.",
            "give it the right to make folders and albums there, or make it yourself.",
        ),
        C::PolicyRefused => (
            "The library's permission to upload was refused by its storage.",
            "Ferry asks for a new one; if this stays, ask Canto's support.",
        ),
        C::ChecksumMismatch => (
            "What arrived is not what was sent.",
            "something on the way changes data (a proxy, a virus scanner, memory); Ferry sends it again.",
        ),
        C::IngestRefused => (
            "The library has the file but could not make an asset of it.",
            "see whether the file opens; if so, ask Canto's support.",
        ),
        C::DiskFull => (
            "The disk with Ferry's data is full.",
            "make room; nothing in the queue is lost, and it goes on by itself.",
        ),
        C::DatabaseTooNew => (
            "Ferry's data was written by a newer Ferry.",
            "update this one, or name another directory with --data-dir. Nothing was changed.",
        ),
        C::DatabaseDamaged => (
            "Ferry's database was damaged. It was set aside as {path|another file}.",
            "start again: Ferry makes a new one. What was queued has to be added again.",
        ),
        C::DatabaseUnusable => (
            "Ferry's data at {path|its directory} can't be used.",
            "check that the directory can be written, or name another with --data-dir.",
        ),
        C::DataDirInUse => (
            "Another program holds Ferry's data at {path|its directory} and does not answer.",
            "look whether Ferry hangs, end it, and try again.",
        ),
        C::KeychainUnavailable => (
            "This computer has no usable keychain for Ferry's secrets.",
            "set FERRY_PASSPHRASE: Ferry then keeps them in an encrypted file.",
        ),
        C::PassphraseWrong => (
            "The passphrase does not open {path|the credentials file}.",
            "give the right FERRY_PASSPHRASE; if it is lost, delete the file and sign in again.",
        ),
        C::AccountMissing => ("There is no such account.", "`ferry accounts` lists them."),
        C::BatchMissing => ("There is no batch {batch|of this number}.", "`ferry status` lists them."),
        C::JobMissing => ("There is no job {job|of this number}.", "`ferry jobs` lists them."),
        C::RequestInvalid => match reason {
            "no_paths" => ("There is nothing to upload.", "name files or folders."),
            _ => ("The pattern '{pattern|}' can't be read.", "check brackets and braces in it."),
        },
        C::Internal => (
            "Something went wrong inside Ferry.",
            "try again; if it stays, send what FERRY_LOG=debug prints.",
        ),
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

    #[test]
    fn values_are_put_in() {
        let failure = Failure::new(ErrorCode::TenantUnknown).with("tenant", "acme {x}");
        assert_eq!(words(&failure).sentence, "There is no Canto library at 'acme {x}'.");
    }
}
