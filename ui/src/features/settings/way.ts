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
