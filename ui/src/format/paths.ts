/** Last part of a local path, on any system. */
export function leafOf(path: string): string {
  return (
    path
      .replace(/[\\/]+$/, "")
      .split(/[\\/]/)
      .pop() || path
  );
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Head and tail of a name, so that the middle can give way: the ending and what tells copies apart stay visible. */
export function splitName(name: string, tail = 9): [string, string] {
  const letters = Array.from(graphemes.segment(name), ({ segment }) => segment);
  if (letters.length <= tail + 4) return [name, ""];
  return [letters.slice(0, -tail).join(""), letters.slice(-tail).join("")];
}

/** `Marketing/Spring` as its parts. */
export function placeParts(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

export type FileKind = "image" | "video" | "audio" | "document" | "other";

const KINDS: [FileKind, RegExp][] = [
  [
    "image",
    /\.(nef|nrw|cr[23]|arw|dng|raf|orf|rw2|jpe?g|png|tiff?|psd|psb|webp|gif|heic|heif|avif|svg|eps|ai|bmp|exr)$/i,
  ],
  ["video", /\.(mov|mp4|m4v|mxf|avi|mkv|webm|mpe?g|mts|r3d|braw)$/i],
  ["audio", /\.(wav|mp3|aiff?|flac|m4a|aac|ogg|opus)$/i],
  ["document", /\.(pdf|docx?|pptx?|xlsx?|txt|rtf|indd|key|pages|numbers|odt|odp|md|csv)$/i],
];

export function kindOfName(name: string): FileKind {
  return KINDS.find(([, ending]) => ending.test(name))?.[0] ?? "other";
}
