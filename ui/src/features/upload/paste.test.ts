import { expect, it } from "vitest";
import { pastedFrom } from "./paste";

const pasted = (kinds: Record<string, string>, files = 0) =>
  pastedFrom({ getData: (kind) => kinds[kind] ?? "", files: { length: files } as FileList });

it("takes the addresses that a file manager copies", () => {
  const list = "# copied\r\nfile:///home/mira/K%C3%B6ln%20%231.jpg\r\nfile://localhost/home/mira/b.jpg\r\n";
  expect(pasted({ "text/uri-list": list }).paths).toEqual(["/home/mira/Köln #1.jpg", "/home/mira/b.jpg"]);
});

it("takes lines of text that are whole paths, of every system", () => {
  const text = '/Users/mira/a b.jpg\n\n"C:\\Fotos\\c.nef"\r\nD:/e.nef\n\\\\nas\\fotos\\f.tif\nfile:///C:/g.tif';
  expect(pasted({ "text/plain": text }).paths).toEqual([
    "/Users/mira/a b.jpg",
    "C:\\Fotos\\c.nef",
    "D:/e.nef",
    "\\\\nas\\fotos\\f.tif",
    "C:\\g.tif",
  ]);
});

it("takes each once", () => {
  expect(pasted({ "text/plain": "/a/b.jpg\n/a/b.jpg" }).paths).toEqual(["/a/b.jpg"]);
});

it("leaves other text alone", () => {
  for (const text of ["", "see /a/b.jpg", "/a/b.jpg\nand more", "// a comment", "https://a.example/b.jpg", "b.jpg"]) {
    expect(pasted({ "text/plain": text }), text).toEqual({ paths: [], nameless: 0 });
  }
  expect(pasted({ "text/uri-list": "https://a.example/b.jpg" }).paths).toEqual([]);
  expect(pasted({ "text/plain": "file:///%zz" }).paths).toEqual([]);
});

it("counts files that come without a path", () => {
  expect(pasted({}, 2)).toEqual({ paths: [], nameless: 2 });
  expect(pasted({ "text/plain": "a.jpg" }, 1)).toEqual({ paths: [], nameless: 1 });
});
