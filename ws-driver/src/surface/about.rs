//! What a WebSocket and its receiving half say of the connection, written once.

/// The methods that tell about the connection, for a newtype of the driver's WebSocket or receiving
/// half.
#[doc(hidden)]
#[macro_export]
macro_rules! __about {
    () => {
        /// The subprotocol that was negotiated.
        pub fn subprotocol(&self) -> Option<&str> {
            self.0.subprotocol()
        }

        /// Everything that was negotiated.
        pub fn negotiated(&self) -> &$crate::ws_core::Negotiated {
            self.0.negotiated()
        }

        /// The request that opened the WebSocket: on a server, if
        /// [`keep_request`](ws_core::ServerConfig::keep_request) is on.
        pub fn request(&self) -> Option<&$crate::http::Request<()>> {
            self.0.request()
        }

        /// How the WebSocket ended, or how far closing has come: who said what, and who was first.
        pub fn close_info(&self) -> $crate::ws_core::CloseInfo {
            self.0.close_info()
        }

        /// How long the last ping of
        /// [`ping_interval`](ws_core::WebSocketConfig::ping_interval) took to be answered.
        pub fn round_trip(&self) -> Option<::std::time::Duration> {
            self.0.round_trip()
        }
    };
}
