import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import de from "../i18n/locales/de.json";
import en from "../i18n/locales/en.json";
import type { ErrorCode } from "../ipc/bindings";
import { locale } from "../i18n";
import { ERROR_CODES, errorText, nextStepOf, rightOf, saysWhatToDo, sentenceOf } from "./catalog";

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

/** The engine plays them against servers: `tests/engine/tests/addresses.rs`. */
const mistakes = JSON.parse(
  readFileSync(new URL("../../../tests/engine/wrong_addresses.json", import.meta.url), "utf8"),
) as { typed: string; code: ErrorCode; reason: string }[];

it.each(["en-GB", "de-DE"])("has a sentence of its own for each mistake at the sign-in (%s)", (language) => {
  locale.use(language);
  const sentences = new Map<string, string>();
  for (const { code, reason } of mistakes) {
    const params = { reason, tenant: "acme", meant: "acme.canto.com", to: "www.example.com" };
    const failure = { code, who: "you" as const, params, details: "" };
    const sentence = sentenceOf(failure);
    expect(sentence, reason).not.toMatch(/[{}]/);
    expect(sentence, reason).not.toBe(sentenceOf({ ...failure, params: { tenant: "acme" } }));
    expect(saysWhatToDo(failure), reason).toBe(true);
    expect(sentences.get(sentence) ?? reason, sentence).toBe(reason);
    sentences.set(sentence, reason);
  }
  expect(sentences.size).toBeGreaterThanOrEqual(20);
  locale.use("en-GB");
});

/** As `transfer/rights.rs` of the engine says them. */
const missing: [ErrorCode, string, string][] = [
  ["NoPermission", "upload", "upload"],
  ["NoPermission", "place", "place"],
  ["NoPermission", "place", "here"],
  ["NoPermission", "view", "view"],
  ["DestinationMissing", "place", "hidden"],
  ["DestinationMissing", "place", "here"],
  ["DestinationRefused", "create_album", "create_album"],
  ["DestinationRefused", "create_folder", "create_folder"],
  ["AssetUnseen", "view", "hidden"],
];

it.each(["en-GB", "de-DE"])("has words for each right that may be missing (%s)", (language) => {
  locale.use(language);
  for (const [code, right, reason] of missing) {
    const params = { right, reason, destination: "Marketing / Press", tenant: "acme.canto.com" };
    const failure = { code, who: "admin" as const, params, details: "" };
    expect(sentenceOf(failure), `${code} ${reason}`).not.toBe(sentenceOf({ ...failure, params: {} }));
    expect(sentenceOf(failure), `${code} ${reason}`).not.toMatch(/[{}]/);
    expect(rightOf(failure), `${code} ${reason}`).toBeTruthy();
    expect(nextStepOf(failure), `${code} ${reason}`).not.toMatch(/[{}]/);
  }
  locale.use("en-GB");
});
