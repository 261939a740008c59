/** Formats of `Intl` take long to make, a good part of a millisecond in WebKit, and little to use: each is made once. */
export function remembered<Format>(make: (tag: string) => Format): (tag: string) => Format {
  const made = new Map<string, Format>();
  return (tag) => {
    let format = made.get(tag);
    if (format === undefined) made.set(tag, (format = make(tag)));
    return format;
  };
}
