//! What is revoked is refused within two seconds, on every replica, though it was remembered as good.

use crate::soon::refused_soon;
use serde_json::json;
use shared::{
    binds,
    db::Bind,
    revocations::{self, Revoked},
    role::Role,
    scope::{Access, Scopes},
};
use testing::{Account, Caller, Issuer, McpServer, TestDatabase, on_both_databases};

/// Changes a row and writes down what that revokes, in one transaction, as auth-server does.
async fn revoke(db: &TestDatabase, what: Revoked, sql: &str, values: Vec<Bind>) {
    let mut tx = db.admin().await.begin(Access::Write).await.unwrap();
    if !sql.is_empty() {
        assert_eq!(tx.execute(sql, values).await.unwrap(), 1);
    }
    revocations::record(&mut tx, &db.ids(), db.clock().now(), &what).await.unwrap();
    tx.commit().await.unwrap();
}

/// The caller is known to both replicas.
async fn known(callers: &[Caller]) {
    for caller in callers {
        for _ in 0..2 {
            assert_eq!(caller.method("ping", json!({})).await.status, 200);
        }
    }
}

async fn both_refuse(callers: &[Caller; 2]) -> serde_json::Value {
    let (first, second) = tokio::join!(refused_soon(&callers[0]), refused_soon(&callers[1]));
    for answer in [&first, &second] {
        assert!(
            answer.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""),
            "{answer:?}"
        );
    }
    assert_eq!(first.error()["data"], second.error()["data"]);
    first.error()["data"].take()
}

on_both_databases! {
    async fn keys_members_users_and_tenants_end_for_every_replica(db: TestDatabase) {
        let replicas = [McpServer::start(&db).await, McpServer::start(&db).await];
        let bystander = Account::create(&db).await.full_key().await;
        let untouched = replicas.each_ref().map(|server| server.caller(&bystander));
        for what in ["key", "member", "user", "tenant"] {
            let account = Account::create(&db).await;
            let office = account.add_member(Role::Office).await;
            let key = account.user_key(&office, Scopes::all()).await;
            let (others, of_tenant) = (account.full_key().await, account.tenant_key(Scopes::all()).await);
            let callers = replicas.each_ref().map(|server| server.caller(&key));
            let beside = replicas.each_ref().map(|server| server.caller(&others));
            let tenants = replicas.each_ref().map(|server| server.caller(&of_tenant));
            known(&callers).await;
            known(&beside).await;
            known(&tenants).await;
            known(&untouched).await;
            let (tenant_id, user_id, now) = (account.tenant_id.clone(), office.user_id.clone(), account.now());
            let reason = match what {
                "key" => {
                    revoke(&db, Revoked::Key(key.id.clone()), "UPDATE api_keys SET revoked_at = $1 WHERE id = $2", binds![now, &key.id]).await;
                    Some("key_revoked")
                }
                "member" => {
                    let sql = "UPDATE members SET status = 'removed', authz_version = authz_version + 1 WHERE tenant_id = $1 AND user_id = $2";
                    revoke(&db, Revoked::Member { tenant_id: tenant_id.clone(), user_id: user_id.clone() }, sql, binds![&tenant_id, &user_id]).await;
                    None
                }
                "user" => {
                    revoke(&db, Revoked::User(user_id.clone()), "UPDATE users SET status = 'disabled' WHERE id = $1", binds![&user_id]).await;
                    None
                }
                _ => {
                    revoke(&db, Revoked::Tenant(tenant_id.clone()), "UPDATE tenants SET status = 'suspended' WHERE id = $1", binds![&tenant_id]).await;
                    Some("tenant_suspended")
                }
            };
            let said = both_refuse(&callers).await;
            assert_eq!((said["kind"].as_str(), said["reason"].as_str()), (Some("invalid_token"), reason), "{what}");
            if what == "tenant" {
                both_refuse(&beside).await;
                both_refuse(&tenants).await;
            } else {
                known(&beside).await;
                known(&tenants).await;
            }
            known(&untouched).await;
        }
    }

    async fn a_lower_role_bites_at_once(db: TestDatabase) {
        let account = Account::create(&db).await;
        let office = account.add_member(Role::Office).await;
        let server = McpServer::start(&db).await;
        let caller = server.caller(&account.user_key(&office, Scopes::all()).await);
        assert_eq!(caller.call("customers.search", json!({})).await.status, 200);
        let member = Revoked::Member { tenant_id: account.tenant_id.clone(), user_id: office.user_id.clone() };
        let sql = "UPDATE members SET role = 'tech', authz_version = authz_version + 1 WHERE tenant_id = $1 AND user_id = $2";
        revoke(&db, member, sql, binds![&account.tenant_id, &office.user_id]).await;
        let start = std::time::Instant::now();
        while caller.call("customers.search", json!({})).await.status != 403 {
            assert!(start.elapsed() < std::time::Duration::from_secs(2), "still as before after two seconds");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(caller.call("jobs.list", json!({})).await.status, 200, "what a tech may do is left");
    }

    async fn tokens_end_with_their_grant_membership_and_signing_key(db: TestDatabase) {
        let account = Account::create(&db).await;
        let issuer = Issuer::start().await;
        let replicas = [McpServer::start_for(&db, &issuer).await, McpServer::start_for(&db, &issuer).await];
        let endpoint = replicas[0].endpoint();
        for what in ["grant", "member", "signing_key"] {
            let office = account.add_member(Role::Office).await;
            let mut claims = issuer.claims(&account, &office, &endpoint, Scopes::all());
            let first = issuer.sign(&claims);
            claims["aud"] = json!(replicas[1].endpoint());
            let callers = [replicas[0].bearer(&first), replicas[1].bearer(&issuer.sign(&claims))];
            let beside = issuer.claims(&account, &account.owner, &endpoint, Scopes::all());
            let beside = [replicas[0].bearer(&issuer.sign(&beside))];
            known(&callers).await;
            known(&beside).await;
            match what {
                "grant" => revoke(&db, Revoked::Grant(claims["grant_id"].as_str().unwrap().to_owned()), "", vec![]).await,
                "member" => {
                    let member = Revoked::Member { tenant_id: account.tenant_id.clone(), user_id: office.user_id.clone() };
                    let sql = "UPDATE members SET authz_version = authz_version + 1 WHERE tenant_id = $1 AND user_id = $2";
                    revoke(&db, member, sql, binds![&account.tenant_id, &office.user_id]).await;
                }
                _ => revoke(&db, Revoked::SigningKey("key-1".to_owned()), "", vec![]).await,
            }
            both_refuse(&callers).await;
            match what {
                "signing_key" => drop(refused_soon(&beside[0]).await),
                _ => known(&beside).await,
            }
        }
    }

    async fn a_membership_ended_here_is_none_of_the_other_tenants(db: TestDatabase) {
        let (here, there) = (Account::create(&db).await, Account::create(&db).await);
        let person = here.add_member(Role::Office).await;
        let guest = there.admit(&person, Role::Tech).await;
        let server = McpServer::start(&db).await;
        let leaving = server.caller(&here.user_key(&person, Scopes::all()).await);
        let staying = server.caller(&there.user_key(&guest, Scopes::all()).await);
        known(&[leaving.clone(), staying.clone()]).await;
        assert_eq!(staying.call("customers.search", json!({})).await.status, 403, "the role there, not here");
        assert_eq!(leaving.call("customers.search", json!({})).await.status, 200);
        let member = Revoked::Member { tenant_id: here.tenant_id.clone(), user_id: person.user_id.clone() };
        let sql = "UPDATE members SET status = 'removed' WHERE tenant_id = $1 AND user_id = $2";
        revoke(&db, member, sql, binds![&here.tenant_id, &person.user_id]).await;
        refused_soon(&leaving).await;
        assert_eq!(staying.call("jobs.list", json!({})).await.status, 200);
    }
}
