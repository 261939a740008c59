//! What went wrong, in English: a sentence for every code. What to do next is the shell's to say.

use crate::error::{ErrorCode, Failure};

/// The sentence, with the failure's own values.
pub fn sentence(failure: &Failure) -> String {
    filled(plain(failure.code, reason(failure)), failure)
}

/// Which of several sentences of a code it is.
pub fn reason(failure: &Failure) -> &str {
    match failure.code {
        // The file itself, not a connection.
        ErrorCode::TlsRefused if failure.params.contains_key("path") => "file",
        _ => failure.params.get("reason").map_or("", String::as_str),
    }
}

/// `{name|words}` is the failure's value of that name, or the words where it has none.
pub fn filled(text: &str, failure: &Failure) -> String {
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

fn plain(code: ErrorCode, reason: &str) -> &'static str {
    use ErrorCode as C;
    match code {
        C::SourceChanged => "The file keeps changing while it is read.",
        C::SourceMissing => "The file is no longer where it was.",
        C::SourceUnreadable => "The file can't be read.",
        C::SourceNotAFile => "This is no regular file (a folder, a socket, a device).",
        C::AssetUnseen => match reason {
            "sample" => "The picture arrived, but the library does not show it yet.",
            "hidden" => {
                "The library says that the file arrived in '{destination|it}', and does not show it to this account."
            }
            _ => "The file arrived, but the library has shown no asset of it for a day.",
        },
        C::VolumeAway => "The disk, card or share '{volume}' is not connected.",
        C::SourceLocked => "Another program holds the file.",
        C::NameRefused => match reason {
            "not_unicode" => "The name is not valid Unicode.",
            "control_character" => "The name holds a control character, such as a line break.",
            "too_long" => "The name is too long.",
            "empty" => "A name is missing.",
            _ => "The name can't be used in the library.",
        },
        C::TooLarge => "The file is larger than the library takes in one piece (5 GiB).",
        C::PathUnusable => "The path {path|that was given} can't be used.",
        C::NetworkOffline => match reason {
            "name" => "No address is known for {host|the server} (DNS).",
            "refused" => "{host|The server} takes no connection on this port.",
            "host" => "{host|The server} can't be reached.",
            _ => "There is no connection to the library.",
        },
        C::NetworkInterrupted => match reason {
            "host" => "The connection to {host|the server} broke.",
            _ => "The connection broke.",
        },
        C::NetworkTimeout => match reason {
            "host" => "{host|The server} does not answer.",
            _ => "The library does not answer.",
        },
        C::UnexpectedAnswer => match reason {
            "host" => {
                "Something other than {host|the server} answered, such as a hotel's sign-in page or a filter."
            }
            _ => "Something other than the library answered, such as a hotel's sign-in page or a filter.",
        },
        C::TlsRefused => match reason {
            "file" => "The certificate authorities in {path|the file} can't be read.",
            "untrusted" => "{tenant|The server} shows a certificate that this computer does not trust.",
            "other_name" => "The certificate of {tenant|the server} belongs to another address.",
            _ => "The encrypted connection was refused: the certificate is not trusted.",
        },
        C::ProxyAuthRequired => "The proxy wants a user and a password.",
        C::ProxyUnreachable => "The proxy does not answer.",
        C::ProxyRefused => "The proxy does not pass the connection on.",
        C::PacUnusable => match reason {
            "unreadable" => {
                "The proxy script {script|} can't be read, so the way to the library is not known."
            }
            "no_script" => "What is at {script|the address of the proxy script} is no proxy script.",
            "fails" => "The proxy script {script|} fails, so the way to the library is not known.",
            "too_slow" => {
                "The proxy script {script|} takes too long, so the way to the library is not known."
            }
            _ => "The proxy script can't be used, so the way to the library is not known.",
        },
        C::TenantUnknown => match reason {
            "empty" => "No address was given.",
            "email" => "'{tenant|}' is an e-mail address, not the address of a library.",
            "file" => "'{tenant|}' is a file or folder, not the address of a library.",
            "scheme" => "'{tenant|}' is no web address.",
            "unreadable" => "'{tenant|}' can't be read as an address.",
            "not_encrypted" => "'{tenant|}' begins with http://, which anybody on the way can read.",
            "not_a_tenant" => "'{tenant|}' is a site of Canto itself, not a library.",
            "password" => "The address holds a name and a password, which Ferry does not take.",
            "typo" => "There is no Canto library at '{tenant|}'. Was {meant|another address} meant?",
            "no_host" => "There is no computer named '{tenant|}'.",
            "refused" => "'{tenant|}' is there, but takes no connections.",
            "silent" => "'{tenant|}' does not answer.",
            "no_tls" => "'{tenant|}' answers, but not encrypted.",
            "elsewhere" => "'{tenant|}' leads to {to|another address}, and is no Canto library itself.",
            "not_canto" => "A web server answers at '{tenant|}', but it is no Canto library.",
            "no_places" => {
                "The library at '{tenant|}' does not let programs use its Upload Links and Workspaces."
            }
            "no_sign_in" => "There is no sign-in page of Canto at '{tenant|}'.",
            _ => "There is no Canto library at '{tenant|this address}'.",
        },
        C::TenantBusy => "The library is busy.",
        C::TenantRefused => "The library refused a request that should be right.",
        C::SignInRequired => match reason {
            "no_account" => "Nobody is signed in.",
            _ => "The sign-in has ended.",
        },
        C::SignInCancelled => "The sign-in was cancelled.",
        C::SignInTimeout => "Nobody signed in within five minutes.",
        C::CredentialsRefused => match reason {
            "app_id_missing" => "The id of the tenant's API key is missing.",
            "app_id" => "{tenant|The sign-in page} does not know this app id.",
            "redirect" => {
                "{tenant|The sign-in page} does not send this app's people back to {redirect|Ferry}."
            }
            "page" => "The sign-in page refused Ferry's request.",
            "secret" => "The library does not accept the app secret.",
            "key_or_user" => "The library does not accept this app id and secret, or not for this user.",
            "user" => "The library knows no user of this e-mail address.",
            "mode" => "The API key does not allow this kind of sign-in.",
            "code" => "The library did not take back what its sign-in page had given.",
            _ => "The library does not accept this app id and secret.",
        },
        C::WrongAccount => match reason {
            "tenant" => {
                "You signed in to {got|another library}, not to {expected|the one that was asked for}."
            }
            _ => {
                "You signed in as {got|somebody else}, but what waits here belongs to {expected|another account}."
            }
        },
        C::BrowserMissing => "No browser could be opened.",
        C::NoPermission => match reason {
            "upload" => "This account has no right to upload to {tenant|this library}.",
            "place" => "'{destination|The place}' does not take uploads from this account.",
            "here" => "This account may not see this folder or album.",
            "view" => {
                "This account may not see what arrived in '{destination|the library}', so it can't be verified."
            }
            _ => "This account has no right to upload here.",
        },
        C::DestinationMissing => match reason {
            "hidden" => {
                "'{destination|The place}' is not there any more, or this account may not see it any more."
            }
            "here" => "This folder or album is not there any more, or this account may not see it any more.",
            _ => "The destination {destination|} is not in the library.",
        },
        C::DestinationRefused => match reason {
            "create_album" => "This account has no right to make albums in '{destination|the library}'.",
            "create_folder" => "This account has no right to make folders in '{destination|the library}'.",
            _ => "The library does not let this account make '{name|the folder or album}'.",
        },
        C::PolicyRefused => "The library's permission to upload was refused by its storage.",
        C::ChecksumMismatch => "What arrived is not what was sent.",
        C::IngestRefused => "The library has the file but could not make an asset of it.",
        C::MetadataRefused => match reason {
            "required" => "{at|}The field '{field|}' has to be filled in.",
            "unfilled" => "{at|}The library requires a value for {fields|a field}.",
            "number" => "{at|}'{value|}' is no number, as '{field|}' needs one.",
            "date" => "{at|}'{value|}' is no date that '{field|}' takes.",
            "choice" => "{at|}'{value|}' is none of the choices of '{field|}'.",
            "several" => "{at|}'{field|}' takes one value, not several ({value|}).",
            "url" => "{at|}'{value|}' is no web address, as '{field|}' needs one.",
            "rating" => "{at|}'{value|}' is no rating from 0 to 5, as '{field|}' needs one.",
            "unknown_field" => "{at|}The library has no field '{field|}'.",
            "tenant" => "The library does not take '{value|}' for '{field|}'.",
            "right" => "This account may not set '{field|}'.",
            "gone" => "The asset is no longer in the library, so '{field|}' can't be set.",
            "sheet" => "The sheet {path|} can't be read.",
            "no_names" => "No column of the sheet holds the names of files.",
            _ => "A value does not fit its field.",
        },
        C::PlaceMissing => "There is no Upload Link or Workspace {place|at this address} any more.",
        C::PlaceClosed => "{owner|Its owner} has closed {place|this place}.",
        C::PlaceExpired => "The time of {place|this place} is over.",
        C::PlaceFull => "{place|This place} takes no more files.",
        C::PlaceDenied => "{place|This place} is not open to you.",
        C::PlacePasswordWrong => "This is not the password of {place|the place}.",
        C::DuplicateFound => match reason {
            "asked" => "Somebody decided not to import the file: the library has '{name|it}' already.",
            "probably" => "The library probably has the file already, as '{name|an asset}'.",
            "picture" => "The library has the same picture with other metadata, as '{name|an asset}'.",
            _ => "The library has the file already, as '{name|an asset}'.",
        },
        C::DecisionNeeded => match reason {
            "picture" => {
                "The library has the same picture with other metadata, as '{name|an asset}': somebody has to decide what \
                 becomes of the file."
            }
            _ => {
                "The library has '{name|the file}' already: somebody has to decide what becomes of the file."
            }
        },
        C::CollectionMissing => "There is no collection '{collection|}' that this account may see.",
        C::SyncFolderMissing => match reason {
            "none" => "No folder for collections has been chosen yet.",
            "other" => {
                "{path|The folder for collections} is not the one that Ferry knows; nothing in it was changed."
            }
            "deleted_folder" => "The folder of the collection, {path|}, was deleted here.",
            "read_only" => "{path|The folder for collections} can't be written to.",
            "unusable" => "{path|The folder for collections} can't be used.",
            _ => "The folder for collections, {path|}, is not there; nothing was removed.",
        },
        C::DiskFull => match reason {
            "sync_folder" => "There is not enough room for the collections.",
            _ => "The disk with Ferry's data is full.",
        },
        C::DatabaseTooNew => "Ferry's data was written by a newer Ferry.",
        C::DatabaseDamaged => {
            "Ferry's database was damaged. It was set aside as {path|another file}; {jobs|some} of its jobs were kept."
        }
        C::DatabaseUnusable => "Ferry's data at {path|its directory} can't be used.",
        C::DataDirInUse => "Another program holds Ferry's data at {path|its directory} and does not answer.",
        C::KeychainUnavailable => "This computer has no usable keychain for Ferry's secrets.",
        C::PassphraseWrong => "The passphrase does not open {path|the credentials file}.",
        C::AccountMissing => "There is no such account.",
        C::SettingLocked => match reason {
            "administrators" => "Only an administrator of the library can change this.",
            _ => "{by|An administrator} has set this for everyone on this computer.",
        },
        C::BatchMissing => "There is no batch {batch|of this number}.",
        C::JobMissing => "There is no job {job|of this number}.",
        C::FolderMissing => "There is no watched folder {folder|of this number}.",
        C::WatchLimit => {
            "The system watches no more than {limit|a certain number of} folders, and {path|this folder} has more: it is looked \
             through again and again instead."
        }
        C::RequestInvalid => match reason {
            "frequency" => "'{value|}' is not how often folders can be looked through.",
            "folder_watched" => "{path|The folder} is watched already.",
            "folder_nested" => "{path|The folder} and the watched folder {other|} lie one in the other.",
            "sync_off" => "Synchronization is switched off.",
            "folder_off" => "{path|The folder} is switched off.",
            "folder_own" => "{path|The folder} holds Ferry's own data.",
            "folder_album" => "Watched folders arrive in the library or a folder of it, not in an album.",
            "setting_unknown" => "There is no setting {value|of this name}.",
            "held_unknown" => "No file {held|of this number} is held.",
            "limit" => "'{value|}' is no speed.",
            "limit_small" => "'{value|}' is too slow to get anything done.",
            "timetable" => "'{value|}' is no timetable.",
            "timetable_days" => "A rule of the timetable has no days.",
            "timetable_hours" => "A rule of the timetable has no hours.",
            "moment" => "'{value|}' is no moment.",
            "proxy_address" => "'{value|}' is no address of a proxy.",
            "proxy_login" => "An address of a proxy holds no user and no password here.",
            "proxy_user" => "'{value|}' can't be a user's name.",
            "proxy_script" => "'{value|}' is neither an address nor a path.",
            "proxy_exceptions" => "'{value|}' holds what is no exception.",
            "proxy_address_missing" => "A proxy of its own is chosen, and its address is not set.",
            "proxy_script_missing" => "A proxy script is chosen, and its address is not set.",
            "authorities" => "'{value|}' holds what is no absolute path.",
            "authority_file" => "There are no certificates to be read in {value|the file}.",
            "setting_value" => "{setting|The setting} can't be {value|that}.",
            "test_running" => "A connection test is running already.",
            "test_album" => "The test's picture can only go to an album.",
            "test_none" => "There was no connection test yet.",
            "place" => "{place|This Upload Link} needs no sign-in.",
            "place_sign_in" => "For {place|this place}, a user of the library has to sign in.",
            "no_paths" => "There is nothing to upload.",
            "receipt_unknown" => "{path|The file} is no receipt of Ferry.",
            "receipt_unsealed" => "{path|The file} is a receipt of an older Ferry, which has no seal.",
            "receipt_newer" => {
                "{path|The file} was written by a newer Ferry (version {version|} of receipts)."
            }
            "receipt_head" => "{path|The receipt} was changed: its header does not fit.",
            "receipt_row" => {
                "{path|The receipt} was changed: row {row|} ({file|}) is the first that does not fit."
            }
            "receipt_cut" => {
                "{path|The receipt} was changed: row {row|} is not as Ferry wrote it, or the end is missing."
            }
            "receipt_end" => {
                "{path|The receipt} was changed: files are missing at its end, or its totals or its seal were edited."
            }
            "receipt_other_seal" => {
                "{path|The receipt} fits in itself, but has another seal than the one that was given ({seal|}): it \
                 was written anew."
            }
            _ => "The pattern '{pattern|}' can't be read.",
        },
        C::Internal => "Something went wrong inside Ferry.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence_without_holes() {
        for code in ErrorCode::ALL {
            let sentence = sentence(&Failure::new(*code));
            assert!(sentence.ends_with('.') && !sentence.contains(['{', '}', '|']), "{code:?}");
        }
    }

    #[test]
    fn values_are_put_in() {
        let failure = Failure::new(ErrorCode::TenantUnknown).with("tenant", "acme {x}");
        assert_eq!(sentence(&failure), "There is no Canto library at 'acme {x}'.");
    }
}
