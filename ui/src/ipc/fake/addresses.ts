// What the fake finds at an address: enough of the engine's answers to show each of them.
import type { AddressPlace, AddressView, ErrorCode, KeySource } from "../bindings";
import { offerAt } from "./places";
import { failureOf } from "./queue";

/** By the first label of the host. */
const ABSENT: Record<string, { reason: string; code?: ErrorCode; more?: Record<string, string> }> = {
  unknown: { reason: "no_host" },
  closed: { reason: "refused" },
  silent: { reason: "silent" },
  untrusted: { reason: "untrusted", code: "TlsRefused" },
  hotel: { reason: "not_canto" },
  moved: { reason: "elsewhere", more: { to: "www.example.com" } },
};

const refuse = (reason: string, tenant: string, code: ErrorCode = "TenantUnknown", more = {}) =>
  failureOf(code, code === "TlsRefused" ? "it" : "you", { reason, tenant, ...more });

/** Where the fake has a tenant's key from. */
export function key(host: string): KeySource | null {
  if (host.startsWith("nokey")) return null;
  return host.startsWith("managed") ? "managed" : "kept";
}

export function checkAddress(typed: string): AddressView {
  const text = typed.trim();
  if (text === "") throw refuse("empty", text);
  if (/^(\/|[a-z]:\\)/i.test(text)) throw refuse("file", text);
  if (/^[^/:\s]+@[^/:\s]+$/.test(text)) throw refuse("email", text);
  if (/^http:/i.test(text)) throw refuse("not_encrypted", text);
  const [host = "", ...path] = text.replace(/^https:\/\//i, "").split(/[/?#]/);
  if (/\s/.test(host)) throw refuse("unreadable", text);
  const full = host.includes(".") ? host : `${host}.canto.com`;
  const first = full.split(".")[0] ?? "";
  if (first === "www") throw refuse("not_a_tenant", text);
  if (full.endsWith(".cantoo.com")) throw refuse("typo", full, "TenantUnknown", { meant: `${first}.canto.com` });
  const absent = ABSENT[first];
  if (absent) throw refuse(absent.reason, full, absent.code, absent.more);
  const place: AddressPlace = path[0] === "uploadlink" ? "upload_link" : path[0] === "v" ? "workspace" : "library";
  const source = key(full);
  return {
    tenant: full,
    sign_in_host: `oauth.${full.split(".").slice(1).join(".")}`,
    place,
    offer: place === "library" ? null : offerAt(full, path),
    key: source,
    managed_by: source === "managed" ? "Acme IT" : null,
  };
}
