//! Runs a proxy script: JavaScript of somebody else, with nothing to reach but names and addresses, and limits of time and
//! memory.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ipnet::IpNet;
use rquickjs::context::EvalOptions;
use rquickjs::prelude::Func;
use rquickjs::{CatchResultExt, Context, Ctx, Function, Runtime};
use url::Url;

use super::names;
use super::trouble::Trouble;

const TIME: Duration = Duration::from_secs(5);
const MEMORY: usize = 64 * 1024 * 1024;
const STACK: usize = 512 * 1024;
const FUNCTIONS: &str = include_str!("functions.js");
/// As browsers do, the first one is asked where both are there.
const ENTRIES: [&str; 2] = ["FindProxyForURL", "FindProxyForURLEx"];

/// A script that was read and can be asked, on the thread that made it.
pub struct Evaluator {
    context: Context,
    limit: Limit,
}

/// When the script has to be through, in milliseconds of the evaluator's life.
#[derive(Clone)]
struct Limit {
    since: Instant,
    end: Arc<AtomicU64>,
}

impl Limit {
    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn start(&self) {
        let time = u64::try_from(TIME.as_millis()).unwrap_or(u64::MAX);
        self.end.store(self.now().saturating_add(time), Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.now() > self.end.load(Ordering::Relaxed)
    }
}

impl Evaluator {
    /// # Errors
    /// `NoScript` for what is no JavaScript or has no `FindProxyForURL`.
    pub fn new(script: &str) -> Result<Self, Trouble> {
        let failed = |error: rquickjs::Error| Trouble::Fails(error.to_string());
        let runtime = Runtime::new().map_err(failed)?;
        runtime.set_memory_limit(MEMORY);
        runtime.set_max_stack_size(STACK);
        let limit = Limit { since: Instant::now(), end: Arc::default() };
        let watched = limit.clone();
        runtime.set_interrupt_handler(Some(Box::new(move || watched.is_over())));
        let context = Context::full(&runtime).map_err(failed)?;
        limit.start();
        let read = context.with(|ctx| {
            provide(&ctx).and_then(|()| run(&ctx, FUNCTIONS)).map_err(failed)?;
            run(&ctx, script).catch(&ctx).map_err(|error| Trouble::NoScript(short(&error)))?;
            match entry(&ctx) {
                Some(_) => Ok(()),
                None => Err(Trouble::NoScript("there is no FindProxyForURL".to_owned())),
            }
        });
        match read {
            Err(_) if limit.is_over() => Err(Trouble::TooSlow),
            read => read.map(|()| Self { context, limit }),
        }
    }

    /// What the script says of an address. It gets no more of it than the server's name: the rest is nobody's business.
    ///
    /// # Errors
    /// `Fails`, `TooSlow`.
    pub fn ask(&self, url: &Url) -> Result<String, Trouble> {
        let host =
            url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        self.limit.start();
        let said = self.context.with(|ctx| {
            let find = entry(&ctx).ok_or_else(|| Trouble::Fails("FindProxyForURL is gone".to_owned()))?;
            let origin = format!("{}/", url.origin().ascii_serialization());
            let said: Result<Option<String>, _> = find.call((origin, host));
            said.catch(&ctx).map_err(|error| Trouble::Fails(short(&error)))
        });
        match said {
            Err(_) if self.limit.is_over() => Err(Trouble::TooSlow),
            said => said.map(Option::unwrap_or_default),
        }
    }
}

fn short(error: &impl ToString) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

/// Old scripts know nothing of strict mode.
fn run(ctx: &Ctx<'_>, script: &str) -> rquickjs::Result<()> {
    let mut options = EvalOptions::default();
    options.strict = false;
    ctx.eval_with_options::<rquickjs::Value<'_>, _>(script, options).map(drop)
}

fn entry<'js>(ctx: &Ctx<'js>) -> Option<Function<'js>> {
    ENTRIES.iter().find_map(|name| ctx.globals().get::<_, Function<'_>>(*name).ok())
}

fn provide(ctx: &Ctx<'_>) -> rquickjs::Result<()> {
    let list = |addresses: Vec<IpAddr>| addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(";");
    let first = |host: String| {
        let four = names::resolve(&host).into_iter().find(IpAddr::is_ipv4);
        four.map_or_else(String::new, |address| address.to_string())
    };
    let globals = ctx.globals();
    globals.set("ferryResolve", Func::from(first))?;
    globals.set("ferryResolveAll", Func::from(move |host: String| list(names::resolve(&host))))?;
    globals.set("ferryMyAddresses", Func::from(move || list(names::own())))?;
    let is_in = |address: String, net: String| match (address.parse::<IpAddr>(), net.parse::<IpNet>()) {
        (Ok(address), Ok(net)) => net.contains(&address),
        _ => false,
    };
    globals.set("ferryInNet", Func::from(is_in))
}

#[cfg(test)]
#[path = "evaluate_tests.rs"]
mod tests;
