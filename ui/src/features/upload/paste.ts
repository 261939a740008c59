// What a paste brings: paths, as far as the system's clipboard gives them to a web page.

export interface Pasted {
  paths: string[];
  /** Files of which only the content is given: nothing that could be read again later. */
  nameless: number;
}

export function pastedFrom(clipboard: Pick<DataTransfer, "getData" | "files">): Pasted {
  const listed = linesOf(clipboard.getData("text/uri-list")).filter((line) => !line.startsWith("#"));
  const paths = listed.map(pathOfAddress).filter((path) => path !== null);
  const found = paths.length > 0 ? paths : pathsIn(clipboard.getData("text/plain"));
  return { paths: [...new Set(found)], nameless: found.length > 0 ? 0 : clipboard.files.length };
}

/** Lines of text that are whole paths; text in which any line is none is just text. */
function pathsIn(text: string): string[] {
  const paths = linesOf(text).map((line) => pathOfAddress(line) ?? pathOfLine(line));
  return paths.every((path) => path !== null) ? paths : [];
}

function linesOf(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function pathOfLine(line: string): string | null {
  // Windows' "Copy as path" quotes them.
  const path = /^(["'])(.+)\1$/.exec(line)?.[2] ?? line;
  return /^(\/[^/]|[a-z]:[\\/]|\\\\[^\\]+\\[^\\])/i.test(path) ? path : null;
}

/** `file:///Users/mira/a%20b.jpg`, `file:///C:/a.jpg`, `file://server/share/a.jpg`. */
function pathOfAddress(line: string): string | null {
  if (!/^file:\/\//i.test(line)) return null;
  try {
    const { host, pathname } = new URL(line);
    const path = decodeURIComponent(pathname);
    if (host !== "" && host !== "localhost") return `\\\\${host}${path.replaceAll("/", "\\")}`;
    return /^\/[a-z]:\//i.test(path) ? path.slice(1).replaceAll("/", "\\") : path;
  } catch {
    return null;
  }
}

/** Where a paste is text for the field that has the focus. */
export function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, [contenteditable]") !== null;
}
