// Why a way is taken, in words.
import { t, type MessageKey } from "../../i18n";
import type { NetworkWay, WayReason } from "../../ipc";

const REASONS: Record<WayReason, MessageKey> = {
  off: "network.reason_off",
  nothing_set: "network.reason_nothing_set",
  loopback: "network.reason_loopback",
  exception: "network.reason_exception",
  manual: "network.reason_manual",
  environment: "network.reason_environment",
  system: "network.reason_system",
  script: "network.reason_script",
  system_script: "network.reason_system_script",
};

export function reasonOf(way: NetworkWay): string {
  return way.reason ? t(REASONS[way.reason], { rule: way.rule ?? "" }) : "";
}

/** Whether a server is reached directly or through a proxy, and why. */
export function wayText(way: NetworkWay): string {
  const words = { target: way.target, reason: reasonOf(way), proxy: way.proxy ?? "" };
  if (way.proxy !== null) return t(way.with_login ? "network.through_login" : "network.through", words);
  return way.failure && way.rule ? t("network.no_way", words) : t("network.direct", words);
}
