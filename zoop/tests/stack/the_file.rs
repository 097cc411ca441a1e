//! docker-compose.yml is in order: it is read, its variables are explained and known, and its services can do little.

use std::{collections::BTreeSet, net::Ipv4Addr, process::Command};

use super::{compose, machine};

#[test]
fn the_file_is_in_order_and_the_example_shows_its_defaults() {
    let nothing = tempfile::NamedTempFile::new().unwrap();
    let nothing = nothing.path().to_str().unwrap();
    compose::docker_compose(&[], &["--env-file", nothing, "config", "--quiet"]);
    let bare = compose::docker_compose(&[], &["--env-file", nothing, "config"]);
    let example = compose::docker_compose(&[], &["--env-file", ".env.example", "config"]);
    assert_eq!(bare, example, ".env.example shows the defaults");

    let chosen = |line: &str| {
        line.split_once('=').filter(|(name, _)| name.starts_with("ZOOP_")).map(|(name, _)| name.to_owned())
    };
    let shown: BTreeSet<String> = compose::file(".env.example").lines().filter_map(chosen).collect();
    let yaml = compose::file("docker-compose.yml");
    let asked: BTreeSet<String> =
        yaml.split("${").skip(1).map(|rest| rest.split(":-").next().unwrap().to_owned()).collect();
    assert_eq!(shown, asked, "every variable is explained, and none is explained in vain");
}

#[test]
fn every_service_can_do_little_and_comes_back() {
    for (name, service) in compose::services(&[]) {
        assert_eq!(service.0["read_only"], true, "{name}");
        assert_eq!(service.list("cap_drop"), ["ALL"], "{name}");
        assert_eq!(service.list("security_opt"), ["no-new-privileges:true"], "{name}");
        let user = service.0["user"].as_str().unwrap_or_else(|| panic!("{name} names no user"));
        assert!(!user.starts_with("0:"), "{name}");
        assert!(service.0["mem_limit"].is_string() && service.0["pids_limit"].is_number(), "{name}");
        let step = ["roles", "migrate"].contains(&name.as_str());
        assert_eq!(service.0["restart"], if step { "no" } else { "unless-stopped" }, "{name}");
        assert_eq!(service.health_check().is_some(), !step, "{name}");
        let ports = service.list("ports");
        assert_eq!(ports.is_empty(), name != "caddy", "the proxy alone is reached from outside");
        assert!(
            ports.iter().all(|port| port.starts_with("127.0.0.1:")),
            "by default from this machine: {ports:?}"
        );
        for (variable, value) in service.environment() {
            let secret = ["PASSWORD", "SECRET", "DATABASE_URL"].iter().any(|word| variable.contains(word));
            assert!(
                !secret || (variable.ends_with("_FILE") && value.starts_with("/run/secrets/")),
                "{variable}"
            );
        }
    }
}

/// First and last address of a range, as numbers.
fn bounds(range: &str) -> (u32, u32) {
    let (first, bits) = range.split_once('/').expect("a range");
    let (first, bits): (Ipv4Addr, u32) = (first.parse().unwrap(), bits.parse().unwrap());
    let rest = u32::MAX >> bits;
    assert_eq!(u32::from(first) & rest, 0, "{range} starts at its first address");
    (first.into(), u32::from(first) | rest)
}

/// The servers start before the proxy: with an address from the whole network one of them could stand at the proxy's,
/// and would be believed in its stead.
#[test]
fn nobody_but_the_proxy_can_stand_at_the_trusted_address() {
    let file = compose::configuration(&[]);
    let [ref pool] = file["networks"]["proxy"]["ipam"]["config"].as_array().expect("a pool")[..] else {
        panic!("the network has one pool of addresses")
    };
    let (network, given) =
        (bounds(pool["subnet"].as_str().unwrap()), bounds(pool["ip_range"].as_str().unwrap()));
    let services = compose::services(&[]);
    let fixed = |service: &compose::Service| {
        service.0["networks"]["proxy"]["ipv4_address"].as_str().map(str::to_owned)
    };
    let proxy = fixed(&services["caddy"]).expect("the proxy's address is fixed");
    let at = u32::from(proxy.parse::<Ipv4Addr>().unwrap());
    // The first address is the network's, the second its gateway's, the last one everybody's.
    assert!(network.0 + 1 < at && at < network.1, "{proxy} can be used in {pool}");
    assert!(at < given.0 || given.1 < at, "{proxy} is not given to others: {pool}");
    assert!(network.0 <= given.0 && given.1 <= network.1, "{pool}");
    let on_it = services.values().filter(|service| service.0["networks"].get("proxy").is_some());
    let others = services.iter().filter(|(name, _)| *name != "caddy");
    assert!(others.clone().all(|(_, service)| fixed(service).is_none()), "the others' are not");
    // Replicas, and an old and a new container during an update, find a place too.
    assert!((given.1 - given.0) as usize >= 8 * on_it.count(), "{pool} is large enough");
    for (name, service) in others {
        if let Some(trusted) = service.environment().get("ZOOP_TRUSTED_PROXIES") {
            assert_eq!(*trusted, proxy, "{name}");
        }
    }
}

/// An unknown variable would be passed over in silence.
#[test]
fn every_variable_is_an_option_of_its_program() {
    let programs = machine::built();
    for (name, service) in compose::services(&[]) {
        let words = service.list("command");
        if service.0["image"] != "zoop:local" {
            continue;
        }
        let mut command = Command::new(programs.join(&words[0]));
        command.args(&words[1..]).arg("--help");
        let help = compose::output(&mut command, "the program is built");
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for variable in service.environment().keys() {
            assert!(help.contains(&format!("[env: {variable}=")), "{name} has no {variable}");
        }
    }
}
