//! A headless Chromium, spoken to by its DevTools protocol.
//!
//! <https://chromedevtools.github.io/devtools-protocol/>
//!
//! By hand, over a socket of tungstenite: ten methods and four events are used here, in 200 lines. headless_chrome 1.0 would
//! bring 37 crates that nothing else in the workspace builds, chromiumoxide 0.9 would bring 66, and each compiles the whole
//! protocol (1.3 MB of JSON and 5 MB of Rust), while what is called and awaited would still have to be written.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use data_encoding::BASE64;
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket, client};

/// Where a test looks for a browser after `$CHROMIUM`.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// Without these a browser asks its maker for updates, or refuses to run as root.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
];
const PATIENCE: Duration = Duration::from_secs(60);

/// A running browser with one tab.
pub(crate) struct Browser {
    child: Child,
    folder: PathBuf,
    socket: WebSocket<TcpStream>,
    session: String,
    calls: u64,
    events: Vec<Value>,
}

/// A window's width and colour scheme.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    pub(crate) width: u32,
    pub(crate) scheme: &'static str,
}

/// What a page did while it loaded, and what a script found then.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) requests: Vec<String>,
    pub(crate) messages: Vec<String>,
    pub(crate) found: Value,
}

/// The browser's program: `$CHROMIUM`, or the first of the usual names on the path.
pub(crate) fn find() -> Option<PathBuf> {
    let on_path = |name: &&str| {
        let path = env::var_os("PATH")?;
        env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
    };
    env::var_os("CHROMIUM").map(PathBuf::from).or_else(|| NAMES.iter().find_map(on_path))
}

impl Browser {
    /// Starts `program` with a new profile in `folder`.
    pub(crate) fn start(program: &Path, folder: &Path) -> Self {
        let profile = folder.join("profile");
        let child = Command::new(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (port, path) = address(&profile.join("DevToolsActivePort"));
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (socket, _) = client(format!("ws://127.0.0.1:{port}{path}"), stream).unwrap();
        let mut browser = Self {
            child,
            folder: folder.to_owned(),
            socket,
            session: String::new(),
            calls: 0,
            events: Vec::new(),
        };
        let tab = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": tab["targetId"], "flatten": true });
        browser.session = browser.call("Target.attachToTarget", attach)["sessionId"].as_str().unwrap().into();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Opens `html` from a file and runs `script` when it has loaded.
    pub(crate) fn visit(&mut self, name: &str, html: &str, view: View, script: &str) -> Visit {
        let file = self.folder.join(format!("{name}.html"));
        fs::write(&file, html).unwrap();
        let url = format!("file://{}", file.display());
        self.look(view);
        self.events.clear();
        self.call("Page.navigate", json!({ "url": url }));
        self.wait("Page.loadEventFired");
        let evaluated = self.call("Runtime.evaluate", json!({ "expression": script, "returnByValue": true }));
        let text = evaluated["result"]["value"].as_str();
        let found = serde_json::from_str(text.unwrap_or_else(|| panic!("{evaluated}"))).unwrap();
        self.picture(name, view, &found);
        let requests = self.all("Network.requestWillBeSent", |event| &event["request"]["url"]);
        let requests = requests.into_iter().filter(|other| *other != url).collect();
        let mut messages = self.all("Log.entryAdded", |event| &event["entry"]["text"]);
        messages.extend(self.all("Runtime.consoleAPICalled", |event| &event["args"]));
        messages.extend(self.all("Runtime.exceptionThrown", |event| &event["exceptionDetails"]["text"]));
        Visit { requests, messages, found }
    }

    /// Opens `html` from a file, runs `prepare`, and then `script` as it is on paper.
    pub(crate) fn on_paper(
        &mut self,
        name: &str,
        html: &str,
        view: View,
        prepare: &str,
        script: &str,
    ) -> Value {
        self.visit(name, html, view, prepare);
        self.call("Emulation.setEmulatedMedia", json!({ "media": "print" }));
        let evaluated = self.call("Runtime.evaluate", json!({ "expression": script, "returnByValue": true }));
        self.call("Emulation.setEmulatedMedia", json!({ "media": "" }));
        let text = evaluated["result"]["value"].as_str();
        serde_json::from_str(text.unwrap_or_else(|| panic!("{evaluated}"))).unwrap()
    }

    fn look(&mut self, view: View) {
        let mobile = view.width < 600;
        let size = json!({ "width": view.width, "height": 900, "deviceScaleFactor": 1, "mobile": mobile });
        self.call("Emulation.setDeviceMetricsOverride", size);
        // Without motion, so that what a page trains is there at once.
        let media = json!({ "features": [
            { "name": "prefers-color-scheme", "value": view.scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.call("Emulation.setEmulatedMedia", media);
    }

    /// Saves what the whole page looks like, if `$PROBE_SCREENSHOTS` says where.
    fn picture(&mut self, name: &str, view: View, found: &Value) {
        let Some(folder) = env::var_os("PROBE_SCREENSHOTS") else { return };
        let clip = json!({ "x": 0, "y": 0, "width": view.width, "height": found["height"], "scale": 1 });
        let asked = json!({ "clip": clip, "captureBeyondViewport": true });
        let shot = self.call("Page.captureScreenshot", asked);
        let bytes = BASE64.decode(shot["data"].as_str().unwrap().as_bytes()).unwrap();
        fs::create_dir_all(&folder).unwrap();
        let file = format!("{name}-{}-{}.png", view.width, view.scheme);
        fs::write(Path::new(&folder).join(file), bytes).unwrap();
    }

    /// What `pick` takes of each event of this kind, as text.
    fn all(&self, method: &str, pick: impl Fn(&Value) -> &Value) -> Vec<String> {
        let of_kind = self.events.iter().filter(|event| event["method"] == method);
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        of_kind.map(|event| text(pick(&event["params"]))).collect()
    }

    /// Sends a command and gives its result.
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(message.to_string())).unwrap();
        loop {
            let answer = self.read();
            if answer["id"] == id {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    fn wait(&mut self, method: &str) {
        while !self.events.iter().any(|event| event["method"] == method) {
            let event = self.read();
            self.events.push(event);
        }
    }

    fn read(&mut self) -> Value {
        let message = self.socket.read().unwrap();
        serde_json::from_str(message.to_text().unwrap()).unwrap_or(Value::Null)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let close = json!({ "id": 0, "method": "Browser.close" }).to_string();
        let _ = self.socket.send(Message::text(close));
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(10) {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port and path that a starting browser writes down.
fn address(file: &Path) -> (u16, String) {
    let begun = Instant::now();
    loop {
        let text = fs::read_to_string(file).unwrap_or_default();
        if let Some((port, path)) = text.split_once('\n').filter(|(_, path)| !path.is_empty()) {
            return (port.parse().unwrap(), path.trim().to_owned());
        }
        assert!(begun.elapsed() < PATIENCE, "the browser did not start: no {}", file.display());
        thread::sleep(Duration::from_millis(20));
    }
}
