// What the foot bar says of the line.
import { formatSpeed } from "../../format/numbers";

/** Nothing where nothing is left to send: the last frame's speed would stand beside *Everything is in Canto*. */
export function lineSpeed(files: number, held: boolean, speed: number): string | null {
  if (held || files === 0) return null;
  return speed > 0 ? formatSpeed(speed) : "–";
}
