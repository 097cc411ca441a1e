//! The servers start on free ports, answer, and stop.

use testing::{Account, AuthServer, TestDatabase, on_both_databases};

on_both_databases! {
    async fn auth_server_signs_an_owner_in(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = AuthServer::start(&db).await;
        let page = server.signed_in(&account.owner).await.get("/settings/api").await;
        assert_eq!(page.status, 200);
        assert!(page.hidden("/settings/api/keys").contains(&("tenant_id".to_owned(), account.tenant_id.clone())));
        server.stop().await;
    }
}
