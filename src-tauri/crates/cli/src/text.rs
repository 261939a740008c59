//! What to do about what went wrong, in English. The sentence before it is the engine's.

use engine::error::{ErrorCode, Failure, Who};
use engine::model::{Certainty, DuplicateOf};
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
        Who::Owner => "Whoever made the place can fix this:",
        Who::Nobody => "Nothing to do:",
    }
}

/// The sentence and the next step, with the failure's own values.
pub fn words(failure: &Failure) -> Words {
    let next = plain(failure.code, words::reason(failure));
    Words { sentence: words::sentence(failure), next: words::filled(next, failure) }
}

/// What a file is a duplicate of.
pub fn duplicate(of: &DuplicateOf) -> String {
    let surely = match of.certainty {
        _ if of.same_picture => " (the same picture, other metadata)",
        Certainty::Certain => "",
        Certainty::Probably => " (probably)",
    };
    let place = if of.place.is_empty() { String::new() } else { format!(" in {}", of.place) };
    format!("'{}'{place}{surely}", of.name)
}

fn plain(code: ErrorCode, reason: &str) -> &'static str {
    use ErrorCode as C;
    match code {
        C::SourceChanged => "Ferry tries again when it has come to rest.",
        C::SourceMissing => "put it back or name the right path, then `ferry retry`.",
        C::SourceUnreadable => "allow your user to read it, or check the disk, then `ferry retry`.",
        C::SourceNotAFile => "name the files themselves.",
        C::AssetUnseen if reason == "sample" => "look for it in Canto in some minutes, and delete it there.",
        C::AssetUnseen if reason == "hidden" => {
            "look in Canto whether it is there and who may see it; `ferry retry` has Ferry look once more."
        }
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
        C::NetworkOffline if reason == "name" => {
            "ask whether this network resolves {host|the name}, or knows a proxy that does."
        }
        C::NetworkOffline | C::NetworkInterrupted | C::NetworkTimeout | C::UnexpectedAnswer
            if matches!(reason, "host" | "refused") =>
        {
            "ask to have {host|the server} let through; the page of `ferry network test --page FILE` says what is needed."
        }
        C::NetworkOffline => "Ferry goes on when it is back.",
        C::NetworkInterrupted => "Ferry tries again by itself.",
        C::NetworkTimeout => "Ferry tries again by itself.",
        C::UnexpectedAnswer => {
            "look whether a web page opens, and whether the library's address is let through."
        }
        C::TlsRefused => match reason {
            "file" => "check FERRY_CA_FILE: it has to be a PEM file.",
            _ => {
                "if a proxy inspects traffic here, name the file of its certificate authority with `ferry settings set authorities`."
            }
        },
        C::ProxyAuthRequired => {
            "`ferry settings set proxy_user NAME` and `ferry network password`; the queue waits for it."
        }
        C::ProxyUnreachable => {
            "`ferry network` says which proxy it is and why; Ferry goes on when it answers."
        }
        C::ProxyRefused => "ask whoever runs it to let the library's addresses through.",
        C::PacUnusable => {
            "check proxy_pac, or choose another way with `ferry settings set proxy`; the queue waits for it."
        }
        C::TenantUnknown => match reason {
            "email" => {
                "give the address that you open Canto with, such as acme.canto.com; your e-mail comes later."
            }
            "not_encrypted" => "write it with https://, or without anything before the name.",
            "typo" => "write it as `ferry login {meant|TENANT}`, if so.",
            "no_host" => "check the spelling, and that this computer is online.",
            "refused" | "silent" => {
                "check the address; if it is right, ask your IT whether it is blocked here."
            }
            "no_tls" => "check the port, or leave it out.",
            "elsewhere" => "give the address at which your browser arrives.",
            "no_places" => "open the address in a browser.",
            "no_sign_in" => "give the library's own Canto address, such as acme.canto.com.",
            _ => "check the address: it is the one in your browser, such as acme.canto.com.",
        },
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
            "app_id" => "check the app id in Canto under Settings, API, API Keys; each region has its own.",
            "redirect" => {
                "add {redirect|Ferry's address} to the API key's redirect URLs in Canto's settings."
            }
            "secret" => "copy the app secret again from Canto's settings; it may have been renewed.",
            "user" => "check the e-mail address given with --on-behalf-of.",
            "mode" => "switch on 'Support Client Credentials Mode' for the API key in Canto's settings.",
            "code" => "`ferry login` once more.",
            _ => "check the API key's id, secret and allowed kinds of sign-in in Canto's settings.",
        },
        C::WrongAccount => match reason {
            "tenant" => "sign out in the browser, then `ferry login` again.",
            _ => "sign in as the one that waits; sign out in the browser first if it chooses by itself.",
        },
        C::BrowserMissing => "open the address yourself, in a browser on this computer.",
        C::NoPermission => match reason {
            "place" | "here" => {
                "give the account access to it, then `ferry retry`; or send the files elsewhere with `ferry retarget`."
            }
            "view" => {
                "give the account the right to see it, then `ferry retry`, which only looks; nothing is sent twice."
            }
            _ => {
                "give it the right to upload (a consumer needs to become a contributor); then `ferry retry`, or \
                 `ferry login` again if that does not do."
            }
        },
        C::DestinationMissing => match reason {
            "hidden" | "here" => {
                "have it restored or shown to the account, then `ferry retry`; or send the files elsewhere with \
                 `ferry retarget`."
            }
            _ => "check the name (`ferry tree`), or use --create.",
        },
        C::DestinationRefused => {
            "give it the right to make folders and albums there, or make it yourself; or send the files elsewhere \
             with `ferry retarget`."
        }
        C::PolicyRefused => "Ferry asks for a new one; if this stays, ask Canto's support.",
        C::ChecksumMismatch => {
            "something on the way changes data (a proxy, a virus scanner, memory); Ferry sends it again."
        }
        C::IngestRefused => "see whether the file opens; if so, ask Canto's support.",
        C::MetadataRefused => match reason {
            "required" | "unfilled" => {
                "give it with --set or in a column of the sheet, or send without it by --without-required; nothing was \
                 uploaded."
            }
            "number" | "date" | "choice" | "several" | "url" | "rating" => {
                "change it and upload again; nothing was uploaded."
            }
            "unknown_field" => "check the field's name or id in Canto's settings; nothing was uploaded.",
            "tenant" => "correct it with `ferry metadata` or in the app; the file is not uploaded again.",
            "right" => "give it the right to edit, then correct it with `ferry metadata` or in the app.",
            "gone" => "look for it in Canto's trash, or upload it again.",
            "sheet" => "save it as .csv or .xlsx and try again; nothing was uploaded.",
            "no_names" => "name that column 'file name' and try again; nothing was uploaded.",
            _ => "correct it with `ferry metadata` or in the app; the file is not uploaded again.",
        },
        C::PlaceMissing => {
            "ask {owner|whoever gave you the address} for a new one; what is queued waits for it."
        }
        C::PlaceClosed | C::PlaceExpired => {
            "ask {owner|whoever made it} to open it again; what is queued waits, and goes on by itself."
        }
        C::PlaceFull => {
            "ask {owner|whoever made it} to let more files in; what is queued waits, and goes on by itself."
        }
        C::PlaceDenied => {
            "ask {owner|whoever made it} to let you in; what is queued waits, and goes on by itself."
        }
        C::PlacePasswordWrong => {
            "`ferry login ADDRESS --password-stdin` with the one that {owner|whoever made it} gives; what is queued waits."
        }
        C::DuplicateFound => "`ferry retry JOB` uploads it all the same.",
        C::DecisionNeeded => {
            "`ferry decide JOB upload`, `version` or `skip`; `--batch B` for all of a batch."
        }
        C::CollectionMissing => {
            "open it in Canto and give its address; a shared one has to be shared with this account."
        }
        C::SyncFolderMissing => match reason {
            "none" => "`ferry collections location DIR` chooses it.",
            "deleted_folder" => {
                "`ferry settings set collections_deleted come_back` fetches it again, `ferry collections off ID` leaves it away."
            }
            "read_only" | "unusable" => "look whether your user may write there.",
            _ => "put it back or connect its disk; Ferry goes on by itself.",
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
        C::KeychainUnavailable => {
            "set FERRY_PASSPHRASE: Ferry then keeps them in an encrypted file; or `ferry settings set secrets session` \
             to keep nothing and sign in every time."
        }
        C::PassphraseWrong => {
            "give the right FERRY_PASSPHRASE; if it is lost, delete the file and sign in again."
        }
        C::AccountMissing => "`ferry accounts` lists them.",
        C::SettingLocked => match reason {
            "administrators" => "ask one of them.",
            _ => "ask whoever manages this computer.",
        },
        C::BatchMissing => "`ferry status` lists them.",
        C::JobMissing => "`ferry jobs` lists them.",
        C::FolderMissing => "`ferry folders list` names them.",
        C::WatchLimit => "raise fs.inotify.max_user_watches (sysctl), so that changes are noticed at once.",
        C::RequestInvalid => match reason {
            "frequency" => "it is at_once, 5, 15 or 60 (minutes), a time such as 03:30, or by_hand.",
            "folder_watched" | "folder_nested" => "`ferry folders list` names what is watched.",
            "sync_off" => "`ferry sync on` switches it on.",
            "folder_off" => "`ferry folders on` switches it on.",
            "folder_own" => "name another folder.",
            "folder_album" => "name a folder of the library, or / for its top.",
            "setting_unknown" => "`ferry settings list` names them.",
            "held_unknown" => "`ferry collections held` lists them.",
            "limit" => {
                "Give a number and a unit, such as `2 MB/s`, `500 KB/s` or `16 Mbit/s`; `none` takes the limit away."
            }
            "limit_small" => "Give at least 10 KB/s, or pause instead.",
            "timetable" | "timetable_days" | "timetable_hours" => {
                "Rules look like `mon-fri 08:00-18:00 up 500 KB/s down 2 MB/s; sat,sun 00:00-24:00 rest`; days are mon to sun or daily; what holds is rest, full, up or down."
            }
            "proxy_address" => {
                "Give host and port, such as `proxy.acme.com:3128` or `socks5://10.0.0.1:1080`."
            }
            "proxy_login" => "`ferry settings set proxy_user NAME` and `ferry network password` keep them.",
            "proxy_user" => "Leave out line breaks and the like.",
            "proxy_script" => "Give it as http://wpad.acme.com/proxy.pac or as an absolute path.",
            "proxy_exceptions" => "They look like `intern.acme.com, *.lan, 10.0.0.0/8, <local>`.",
            "proxy_address_missing" => {
                "`ferry settings set proxy_address HOST:PORT`; until then the system's way is used."
            }
            "proxy_script_missing" => {
                "`ferry settings set proxy_pac ADDRESS`; until then the system's way is used."
            }
            "authorities" => "Give whole paths of PEM files, with `;` between them.",
            "authority_file" => "Give a PEM file, which begins with -----BEGIN CERTIFICATE-----.",
            "test_running" => "Wait for it, or stop it.",
            "test_album" => "Name an album with --to, or leave it out.",
            "test_none" => "Run one first.",
            "moment" => "Give it as 2027-01-31T18:00:00Z, or nothing for none.",
            "setting_value" => "`ferry settings list` says what it can be.",
            "place" | "place_sign_in" => "`ferry login ADDRESS` asks for just what it needs.",
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
