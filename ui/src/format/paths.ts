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
  // One character, one letter: as good as all names, and many times faster.
  if (/^[ -~]*$/.test(name)) return name.length <= tail + 4 ? [name, ""] : [name.slice(0, -tail), name.slice(-tail)];
  const letters = Array.from(graphemes.segment(name), ({ segment }) => segment);
  if (letters.length <= tail + 4) return [name, ""];
  return [letters.slice(0, -tail).join(""), letters.slice(-tail).join("")];
}

/** `Marketing/Spring` as its parts. */
export function placeParts(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

export type FileKind = "image" | "raw" | "video" | "audio" | "document" | "archive" | "design" | "sidecar" | "other";

const KINDS: [FileKind, RegExp][] = [
  ["raw", /\.(nef|nrw|cr[23w]|arw|dng|raf|orf|rw2|rwl|pef|srw|raw|3fr|fff|iiq|x3f|erf|mrw|kdc|mos)$/i],
  ["image", /\.(jpe?g|png|tiff?|webp|gif|hei[cf]|hif|avif|svg|bmp|exr|jxl)$/i],
  ["design", /\.(psd|psb|ai|eps|indd|idml|afphoto|afdesign|afpub|sketch|fig|xd|c4d|blend)$/i],
  ["video", /\.(mov|mp4|m4v|mxf|avi|mkv|webm|mpe?g|mts|r3d|braw|wmv)$/i],
  ["audio", /\.(wav|mp3|aiff?|flac|m4a|aac|ogg|opus)$/i],
  ["document", /\.(pdf|docx?|pptx?|xlsx?|txt|rtf|key|pages|numbers|odt|odp|md|csv)$/i],
  ["archive", /\.(zip|7z|rar|tar|gz|tgz|xz|zst|dmg|iso)$/i],
  ["sidecar", /\.xmp$/i],
];

export function kindOfName(name: string): FileKind {
  return KINDS.find(([, ending]) => ending.test(name))?.[0] ?? "other";
}

/** Of some kinds no small picture is even asked for: of films and designs only these may bring one with them. */
export function mayShowPicture(name: string): boolean {
  const kind = kindOfName(name);
  return kind === "image" || kind === "raw" || /\.(mov|mp4|m4v|psd|psb)$/i.test(name);
}

/** What the files of one picture have in common: `DSC_1.NEF`, `DSC_1.jpg`, `DSC_1.xmp` and `DSC_1.NEF.xmp`. */
export function shotName(name: string): string | null {
  const kind = kindOfName(name);
  if (kind !== "raw" && kind !== "image" && kind !== "sidecar") return null;
  const stem = name.replace(/\.[^.]+$/, "");
  const inner = kind === "sidecar" ? kindOfName(stem) : "other";
  return (inner === "raw" || inner === "image" ? stem.replace(/\.[^.]+$/, "") : stem).toLowerCase();
}

/** Tells whether a path is one of these, or below one. There may be as many of both as there are files on a card. */
export function within(roots: readonly string[]): (path: string) => boolean {
  const known = new Set(roots.map((root) => root.replace(/[\\/]+$/, "")));
  return (path) => {
    let end = path.length;
    while (end > 0 && !known.has(path.slice(0, end))) {
      end = Math.max(path.lastIndexOf("/", end - 1), path.lastIndexOf("\\", end - 1));
    }
    return end > 0 || (end === 0 && known.has(""));
  };
}
