//! The two words that matter in an object store's XML error: `<Code>` and `<Message>` [A].

/// The text of the first element of that name, with the five XML entities resolved.
pub(crate) fn element(xml: &str, name: &str) -> Option<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let start = xml.find(&open)? + open.len();
    let length = xml.get(start..)?.find(&close)?;
    Some(unescape(xml.get(start..start + length)?.trim()))
}

fn unescape(text: &str) -> String {
    // The ampersand last, so that "&amp;lt;" becomes "&lt;" and no more.
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_the_first_code_and_message() {
        let xml = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>\
                   <Message>Invalid according to Policy: [&quot;eq&quot;, &amp;lt;]</Message></Error>";
        assert_eq!(element(xml, "Code").as_deref(), Some("AccessDenied"));
        assert_eq!(element(xml, "Message").as_deref(), Some("Invalid according to Policy: [\"eq\", &lt;]"));
        assert_eq!(element(xml, "RequestId"), None);
        assert_eq!(element("<Code>half", "Code"), None);
    }
}
