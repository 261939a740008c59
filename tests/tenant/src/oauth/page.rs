//! The pages a person sees: plain HTML, no script.

/// For text between tags and inside quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c2733; --soft: #5b6b7b; --paper: #ffffff; --ground: #eef2f6; --line: #c9d3dd; --accent: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --ink: #eef2f6; --soft: #a9b7c4; --paper: #1b242d; --ground: #11181f; --line: #3a4855; --accent: #6db3f8; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { width: min(24rem, 92vw); background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 2rem; }
h1 { font-size: 1.35rem; margin: 0 0 .25rem; }
p { margin: 0 0 1.25rem; color: var(--soft); }
label { display: block; font-weight: 600; margin: 1rem 0 .25rem; }
input { width: 100%; font: inherit; color: inherit; background: transparent; padding: .6rem .7rem; border: 1px solid var(--line); border-radius: 8px; }
input:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.row { display: flex; gap: .75rem; margin-top: 1.5rem; }
button { flex: 1; font: inherit; font-weight: 600; padding: .65rem; border-radius: 8px; border: 1px solid var(--accent); background: var(--accent); color: var(--paper); cursor: pointer; }
button.plain { background: transparent; color: var(--accent); }
.error { border-left: 4px solid #c0392b; padding: .5rem .75rem; color: inherit; background: color-mix(in srgb, #c0392b 12%, transparent); border-radius: 4px; }
";

fn page(title: &str, inner: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head>\n<body><main>{inner}</main></body>\n</html>\n"
    )
}

/// The form that asks who it is. `hidden` goes back with it unchanged.
pub fn login(hidden: &[(&str, &str)], email: &str, error: Option<&str>) -> String {
    let hidden: String = hidden
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value)))
        .collect();
    let error = error.map_or_else(String::new, |text| {
        format!("<p class=\"error\" role=\"alert\" id=\"error\">{}</p>", escape(text))
    });
    let email = escape(email);
    page(
        "Sign in – Demo library",
        &format!(
            "<h1>Demo library</h1><p>Sign in to let the program reach your library.</p>{error}\
             <form method=\"post\">{hidden}\
             <label for=\"email\">E-mail</label>\
             <input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"username\" required autofocus value=\"{email}\">\
             <label for=\"password\">Password</label>\
             <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required>\
             <div class=\"row\"><button type=\"submit\" name=\"decision\" value=\"allow\" id=\"sign-in\">Sign in</button>\
             <button class=\"plain\" type=\"submit\" name=\"decision\" value=\"deny\" id=\"deny\" formnovalidate>Cancel</button></div>\
             </form>"
        ),
    )
}

pub fn refused(text: &str) -> String {
    page("Sign in – Demo library", &format!("<h1>This request can’t be used</h1><p>{}</p>", escape(text)))
}
