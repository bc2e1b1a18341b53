//! The configuration a vector asks for, in the terms of the crates under test.

use ws_core::{
    ClientConfig, ClientWindow, DeflateConfig, DeflateOffer, DeflateParams, Lenient, Limits,
    Preference, ServerConfig,
};

use crate::vector::{ClientBits, Config, DeflateSetting, DeflateTerms, LimitSetting};

/// The server of a vector.
#[expect(clippy::expect_used, reason = "a list that is none is a fault of the vector")]
pub fn server_config(config: &Config) -> ServerConfig {
    let mut server = ServerConfig::new()
        .subprotocols(&config.subprotocols)
        .require_subprotocol(config.require_subprotocol)
        .limits(limits(&config.limits))
        .lenient(lenient(config))
        .timeout(None);
    if config.client_preference {
        server = server.subprotocol_preference(Preference::Client);
    }
    if let Some(origins) = &config.origins {
        server = server.origins(origins).expect("the origins of a vector");
    }
    if config.same_origin {
        server = server.same_origin();
    }
    server = server.require_origin(config.require_origin);
    if let Some(deflate) = &config.deflate {
        server = server.deflate(deflate_config(deflate));
    }
    server
}

/// The client of a vector.
pub fn client_config(config: &Config) -> ClientConfig {
    let mut client = ClientConfig::new()
        .subprotocols(&config.subprotocols)
        .limits(limits(&config.limits))
        .lenient(lenient(config))
        .timeout(None);
    let mut setting = config.deflate.as_ref();
    while let Some(deflate) = setting {
        client = client.deflate(deflate_offer(deflate));
        setting = deflate.fallback.as_deref();
    }
    client
}

/// Agreed parameters in the suite's own words.
pub fn terms(params: &DeflateParams) -> DeflateTerms {
    DeflateTerms {
        server_max_window_bits: params.server_max_window_bits,
        client_max_window_bits: params.client_max_window_bits,
        server_no_context_takeover: params.server_no_context_takeover,
        client_no_context_takeover: params.client_no_context_takeover,
    }
}

fn limits(setting: &LimitSetting) -> Limits {
    let default = Limits::default();
    Limits::new()
        .max_request_line_len(setting.request_line.unwrap_or(default.max_request_line_len))
        .max_head_len(setting.head.unwrap_or(default.max_head_len))
        .max_field_len(setting.field.unwrap_or(default.max_field_len))
        .max_fields(setting.fields.unwrap_or(default.max_fields))
        .max_body_len(setting.body.unwrap_or(default.max_body_len))
}

fn deflate_config(setting: &DeflateSetting) -> DeflateConfig {
    let default = DeflateConfig::default();
    DeflateConfig::new()
        .server_max_window_bits(
            setting.server_max_window_bits.unwrap_or(default.server_max_window_bits),
        )
        .client_max_window_bits(match setting.client_max_window_bits {
            ClientBits::Bits(bits) => bits,
            ClientBits::Unset | ClientBits::Omitted => default.client_max_window_bits,
        })
        .server_no_context_takeover(setting.server_no_context_takeover)
        .client_no_context_takeover(setting.client_no_context_takeover)
}

fn deflate_offer(setting: &DeflateSetting) -> DeflateOffer {
    DeflateOffer::new()
        .server_max_window_bits(setting.server_max_window_bits)
        .client_max_window_bits(match setting.client_max_window_bits {
            ClientBits::Unset => ClientWindow::Any,
            ClientBits::Omitted => ClientWindow::Omitted,
            ClientBits::Bits(bits) => ClientWindow::Bits(bits),
        })
        .server_no_context_takeover(setting.server_no_context_takeover)
        .client_no_context_takeover(setting.client_no_context_takeover)
}

/// The switches of a vector.
#[expect(clippy::panic, reason = "a vector that is wrong must not pass")]
fn lenient(config: &Config) -> Lenient {
    config.lenient.iter().fold(Lenient::new(), |lenient, name| {
        lenient.by_name(name).unwrap_or_else(|| panic!("there is no switch {name}"))
    })
}
