//! `serve`: the page on this machine, rebuilt on change. Needs Rust and nothing else: no Node, no browser.

use crate::{paths, run, setup};
use std::net::{Ipv4Addr, TcpListener};

const PORT: u16 = 8080;

/// Sets up, builds, serves until interrupted.
pub fn serve(args: &[String]) -> Result<(), String> {
    let (open, port) = options(args)?;
    // Trunk would find a taken port only after the build.
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(|why| format!("port {port} cannot be used ({why}); choose another: cargo xtask serve --port N"))?;
    setup::page()?;
    println!("==> build and serve: http://127.0.0.1:{port}/ (the first build takes a minute or two; stop with Ctrl-C)");
    // Beside cargo's own folders, one of which bears the name of the profile: trunk empties this one before each build.
    let dist = paths::root().join("target/page");
    std::fs::create_dir_all(&dist).map_err(|why| format!("{}: {why}", dist.display()))?;
    let mut trunk = trunk(&["serve", "--cargo-profile", "serve", "--address", "127.0.0.1", "--port", &port.to_string()])?;
    trunk.arg("--dist").arg(&dist);
    if open {
        trunk.arg("--open");
    }
    become_it(&mut trunk)
}

/// Where the system can, the server takes our place, so that whoever stops us stops it.
#[cfg(unix)]
fn become_it(server: &mut std::process::Command) -> Result<(), String> {
    use std::os::unix::process::CommandExt;
    Err(format!("trunk: {}", server.exec()))
}

#[cfg(not(unix))]
fn become_it(server: &mut std::process::Command) -> Result<(), String> {
    let status = server.status().map_err(|why| format!("trunk: {why}"))?;
    if status.success() { Ok(()) } else { Err(format!("trunk ended with {status}")) }
}

/// Trunk with its tools on the path, asking the network nothing.
pub fn trunk(args: &[&str]) -> Result<std::process::Command, String> {
    let mut trunk = run::command("trunk", args);
    trunk.args(["--offline", "--skip-version-check"]).env("PATH", paths::path_with(&setup::tools()?)?);
    // Trunk reads NO_COLOR as an option of its own and refuses the value that everyone gives it.
    trunk.env_remove("NO_COLOR");
    Ok(trunk)
}

fn options(args: &[String]) -> Result<(bool, u16), String> {
    let (mut open, mut port) = (false, PORT);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--open" => open = true,
            "--port" => {
                let given = args.next().ok_or("--port needs a number")?;
                port = given.parse().map_err(|_| format!("`{given}` is not a port: 1 to 65535"))?;
            }
            other => return Err(format!("`serve` knows --open and --port N, not `{other}`")),
        }
    }
    Ok((open, port))
}
