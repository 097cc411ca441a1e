//! `zoop keys`: the keys that sign access tokens follow each other by themselves; here an operator is quicker.

use std::path::PathBuf;

use anyhow::bail;
use auth_server::App;
use secrecy::SecretString;
use shared::{clock::Clock, config::DatabaseOptions, random::Random};

use crate::{configuration::from_environment, output};

/// Rotates or revokes the keys that sign access tokens.
#[derive(clap::Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Publishes the next key now; it signs in an hour, when every cache knows it. Tokens of the old one stay good.
    Rotate(Access),
    /// Deletes a key at once, and refuses every token that it signed: for a key that has leaked.
    Revoke {
        /// The key's id: `kid` in /.well-known/jwks.json.
        id: String,
        #[command(flatten)]
        access: Access,
    },
}

/// Where the keys are.
#[derive(clap::Args)]
struct Access {
    /// The database, as auth-server's own user.
    #[command(flatten)]
    database: DatabaseOptions,
    /// The secret under which signing keys are kept in the database.
    #[arg(long, env = "ZOOP_KEY_SECRET", hide_env_values = true, value_name = "SECRET")]
    key_secret: Option<SecretString>,
    /// A file that holds that secret.
    #[arg(long, env = "ZOOP_KEY_SECRET_FILE", conflicts_with = "key_secret", value_name = "FILE")]
    key_secret_file: Option<PathBuf>,
}

impl Access {
    async fn open(self, clock: Clock, random: Random) -> anyhow::Result<App> {
        // The algorithm and the rest are auth-server's own options, by their environment variables.
        let mut config: auth_server::Config = from_environment()?;
        config.database = self.database;
        config.key_secret = self.key_secret;
        config.key_secret_file = self.key_secret_file;
        App::new(&config, config.open_database().await?, clock, random).await
    }
}

/// Rotates or revokes.
pub async fn run(options: Options, clock: Clock, random: Random) -> anyhow::Result<()> {
    let said = match options.command {
        Command::Rotate(access) => {
            let app = access.open(clock, random).await?;
            let next = app.rotate_keys().await?;
            app.db.close().await;
            let what = if next.is_new { "is published and signs" } else { "was published before; it signs" };
            format!("{} {what} from {} on.", next.id, next.signs_from.utc().format("%Y-%m-%d %H:%M UTC"))
        }
        Command::Revoke { id, access } => {
            let app = access.open(clock, random).await?;
            let revoked = app.revoke_key(&id).await?;
            app.db.close().await;
            if let Err(ids) = revoked {
                bail!("there is no signing key `{id}`; there are: {}", ids.join(", "));
            }
            format!("{id} is deleted; its tokens are refused. Another key signs.")
        }
    };
    output::print(&(said + "\n"))
}
