// What a proxy script may call, over what the program gives: ferryResolve, ferryResolveAll, ferryMyAddresses, ferryInNet.

function isPlainHostName(host) {
  return !String(host).includes(".") && !String(host).includes(":");
}

function dnsDomainIs(host, domain) {
  return String(host).toLowerCase().endsWith(String(domain).toLowerCase());
}

function localHostOrDomainIs(host, full) {
  const [name, whole] = [String(host).toLowerCase(), String(full).toLowerCase()];
  return name === whole || (isPlainHostName(name) && whole.startsWith(name + "."));
}

function dnsResolve(host) {
  return ferryResolve(String(host)) || null;
}

function dnsResolveEx(host) {
  return ferryResolveAll(String(host)) || "";
}

function isResolvable(host) {
  return dnsResolve(host) !== null;
}

function isResolvableEx(host) {
  return dnsResolveEx(host) !== "";
}

function myIpAddress() {
  return ferryMyAddresses().split(";").find((address) => !address.includes(":")) || "127.0.0.1";
}

function myIpAddressEx() {
  return ferryMyAddresses();
}

function convert_addr(address) {
  const parts = String(address).split(".").map(Number);
  const whole = parts.length === 4 && parts.every((part) => part >= 0 && part <= 255);
  return whole ? ((parts[0] << 24) | (parts[1] << 16) | (parts[2] << 8) | parts[3]) >>> 0 : 0;
}

function isInNet(host, pattern, mask) {
  const address = dnsResolve(host);
  if (address === null) return false;
  const bits = convert_addr(mask);
  return (convert_addr(address) & bits) === (convert_addr(pattern) & bits);
}

function isInNetEx(host, net) {
  return dnsResolveEx(host)
    .split(";")
    .some((address) => address !== "" && ferryInNet(address, String(net)));
}

function sortIpAddressList(list) {
  return String(list)
    .split(";")
    .map((address) => address.trim())
    .sort((a, b) => Number(b.includes(":")) - Number(a.includes(":")))
    .join(";");
}

function getClientVersion() {
  return "1.0";
}

function dnsDomainLevels(host) {
  return String(host).split(".").length - 1;
}

// Without a regular expression, which some patterns would keep busy for ever.
function shExpMatch(text, pattern) {
  const [t, p] = [String(text), String(pattern)];
  let [at, in_pattern, star, mark] = [0, 0, -1, 0];
  while (at < t.length) {
    if (in_pattern < p.length && p[in_pattern] === "*") {
      [star, mark] = [in_pattern++, at];
    } else if (in_pattern < p.length && (p[in_pattern] === "?" || p[in_pattern] === t[at])) {
      at++;
      in_pattern++;
    } else if (star >= 0) {
      in_pattern = star + 1;
      at = ++mark;
    } else {
      return false;
    }
  }
  while (p[in_pattern] === "*") in_pattern++;
  return in_pattern === p.length;
}

function ferryNow(args) {
  const gmt = String(args[args.length - 1]).toUpperCase() === "GMT";
  const now = new Date();
  const get = (what) => (gmt ? now["getUTC" + what]() : now["get" + what]());
  return {
    given: Array.from(args).slice(0, gmt ? -1 : undefined),
    year: get("FullYear"),
    month: get("Month"),
    day: get("Date"),
    weekday: get("Day"),
    seconds: get("Hours") * 3600 + get("Minutes") * 60 + get("Seconds"),
  };
}

// Where the end comes before the beginning, what is not between them counts: over midnight, over New Year.
function ferryBetween(now, from, to) {
  return from <= to ? from <= now && now <= to : now >= from || now <= to;
}

const ferryWeekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const ferryMonths = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

function weekdayRange() {
  const now = ferryNow(arguments);
  const days = now.given.map((word) => ferryWeekdays.indexOf(String(word).toUpperCase()));
  if (days.length < 1 || days.includes(-1)) return false;
  return ferryBetween(now.weekday, days[0], days[days.length - 1]);
}

function dateRange() {
  const now = ferryNow(arguments);
  const kinds = now.given.map((word) => (isNaN(word) ? "month" : Number(word) > 31 ? "year" : "day"));
  const values = now.given.map((word, at) =>
    kinds[at] === "month" ? ferryMonths.indexOf(String(word).toUpperCase()) : Number(word),
  );
  if (values.length < 1 || values.includes(-1)) return false;
  const half = values.length / 2;
  const isRange = kinds.slice(0, half).join() === kinds.slice(half).join() && Number.isInteger(half);
  if (!isRange) return kinds.every((kind, at) => now[kind] === values[at]);
  const weight = { year: 10000, month: 100, day: 1 };
  const sum = (of) => kinds.slice(0, half).reduce((all, kind, at) => all + weight[kind] * of(kind, at), 0);
  return ferryBetween(
    sum((kind) => now[kind]),
    sum((_, at) => values[at]),
    sum((_, at) => values[half + at]),
  );
}

function timeRange() {
  const now = ferryNow(arguments);
  const numbers = now.given.map(Number);
  if (numbers.length < 1 || numbers.some(isNaN)) return false;
  const half = numbers.length === 1 ? 1 : numbers.length / 2;
  const [from, to] = [numbers.slice(0, half), numbers.slice(-half)];
  // An end without minutes or seconds means all of them.
  const seconds = ([hour, minute = 0, second = 0]) => hour * 3600 + minute * 60 + second;
  const end = ([hour, minute = 59, second = 59]) => hour * 3600 + minute * 60 + second;
  return ferryBetween(now.seconds, seconds(from), end(to));
}

function alert() {}
