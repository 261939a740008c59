// The way to the library in the simulation: what the settings say, and a script that can't be read where its name says so.
import type { NetworkWay, SettingKey } from "../bindings";
import { failureOf } from "./queue";

export class FakeNetwork {
  password: string | null = null;

  constructor(private readonly value: (key: SettingKey) => string) {}

  way(target: string): NetworkWay {
    const way: NetworkWay = { target, proxy: null, with_login: false, reason: null, rule: null, failure: null };
    const user = this.value("proxy_user") !== "";
    switch (this.value("proxy")) {
      case "none":
        return { ...way, reason: "off" };
      case "manual": {
        const proxy = this.value("proxy_address");
        if (proxy) return { ...way, proxy, with_login: user, reason: "manual" };
        return { ...way, reason: "nothing_set", failure: missing("proxy_address_missing") };
      }
      case "pac": {
        const rule = this.value("proxy_pac");
        if (!rule) return { ...way, reason: "nothing_set", failure: missing("proxy_script_missing") };
        const gone = failureOf(
          "PacUnusable",
          "it",
          { reason: "unreadable", script: rule },
          "it can't be read: HTTP 404",
        );
        if (rule.includes("gone")) return { ...way, reason: "script", rule, failure: gone };
        return { ...way, proxy: "http://proxy.acme.example:3128", with_login: user, reason: "script", rule };
      }
      default:
        return { ...way, reason: "nothing_set" };
    }
  }
}

const missing = (reason: string) => failureOf("RequestInvalid", "you", { reason });
