//! A few seeds of the chaos run, among them those that once found something. More: `cargo xtask chaos`.
#![cfg(unix)]

use engine_tests::chaos::must_hold;

/// Side by side they would hear each other's logs.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn hold(seeds: &[u64]) {
    let _alone = ONE_AT_A_TIME.lock().await;
    for seed in seeds {
        must_hold(*seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn some_seeds() {
    hold(&[1, 2, 3, 5, 8, 13]).await;
}

/// The policy ran out before the file was sent, the file changed, and the new one was taken for damage.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seeds_3022_and_3058_a_file_that_changed_between_two_policies() {
    hold(&[3022, 3058]).await;
}

/// The clock was set back just before a crash: a planned try seemed to be due a day later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seed_20106_a_planned_try_and_a_clock_that_was_set_back() {
    hold(&[20_106]).await;
}

/// Two files of one name and the same bytes, for two albums: the one's asset was taken for the other's that was moved.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seed_30143_the_same_file_in_two_folders() {
    hold(&[30_143]).await;
}

/// The same file in two folders, one of which had no album yet: the one's asset was taken for the other's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seed_50277_the_same_file_in_a_folder_whose_album_is_not_known_yet() {
    hold(&[50_277]).await;
}

/// The same file in two folders, and a crash before the one's album was kept: the other's asset was taken for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seed_60202_the_same_file_in_two_folders_and_an_album_that_was_never_kept() {
    hold(&[60_202]).await;
}

/// The clock was set back, and then the program began again: an attempt of the day before seemed to be an hour old.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seed_60153_an_attempt_from_before_whose_age_the_clock_hides() {
    hold(&[60_153]).await;
}

/// Parts were put together, the answer was spoilt, and a day passed: the server knew nothing of them any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seed_70278_parts_that_were_put_together_a_day_ago() {
    hold(&[70_278]).await;
}

/// The tenant refused tokens for a while, and gave them again: the account stayed marked, and a file in the queue.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seed_90330_tokens_that_were_refused_for_a_while() {
    hold(&[90_330]).await;
}

/// The clock was set back: an old attempt seemed younger than new ones, and the status list was asked for too little.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seed_4061_a_clock_that_was_set_back_behind_an_attempt() {
    hold(&[4061]).await;
}

/// Something in between said *OK* to the call that puts the parts together, and the server had never heard of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seed_95212_an_ok_that_names_nothing() {
    hold(&[95_212]).await;
}

/// The store took its time for two forms that it had in full when the program crashed: they were sent again too soon.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seed_150051_a_store_that_takes_seconds_after_a_crash() {
    hold(&[150_051]).await;
}

/// A call for a token was never answered: everything of the account waited for it far longer than for any other answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seed_230459_a_token_that_never_comes() {
    hold(&[230_459]).await;
}
