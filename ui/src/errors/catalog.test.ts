import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import de from "../i18n/locales/de.json";
import en from "../i18n/locales/en.json";
import { ERROR_CODES, errorText } from "./catalog";

const bindings = readFileSync(new URL("../ipc/bindings.ts", import.meta.url), "utf8");
const union = (name: string): string[] =>
  [...(new RegExp(`export type ${name} = ([^;]+);`).exec(bindings)?.[1] ?? "").matchAll(/"(\w+)"/g)].map(
    (match) => match[1]!,
  );

it("knows every code of the engine", () => {
  expect(union("ErrorCode").length).toBeGreaterThan(30);
  expect([...ERROR_CODES].sort()).toEqual(union("ErrorCode").sort());
});

it.each(ERROR_CODES)("%s has a sentence and a next step in both languages", (code) => {
  const { sentence, next } = errorText(code);
  for (const texts of [en, de] as Record<string, unknown>[]) {
    expect(texts[sentence]).toBeTruthy();
    expect(texts[next]).toBeTruthy();
  }
});

it("has a text for everyone who can help", () => {
  for (const who of union("Who")) expect(Object.keys(en)).toContain(`who.${who}`);
});

it("shows an unknown code as something inside Ferry", () => {
  expect(errorText("FromTheFuture" as never).sentence).toBe("error.Internal");
});
