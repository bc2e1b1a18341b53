//! How rules are written down: a variant each, with its name, the section that states it, and what it
//! asks for.

macro_rules! rules {
    (
        $(#[$meta:meta])* pub enum $Rule:ident;
        $( $(#[$doc:meta])* $Variant:ident => $name:literal, $section:literal, $message:literal; )*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Rule { $(
            #[doc = concat!("`", $name, "`: ", $message, " (", $section, ")")]
            $(#[$doc])*
            $Variant,
        )* }

        impl $Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),*];

            /// A stable name in kebab-case, for logs and metrics.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$Variant => $name,)* }
            }

            /// The section that states the rule.
            pub const fn section(self) -> &'static str {
                match self { $(Self::$Variant => $section,)* }
            }

            /// What the rule asks for, in one line.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$Variant => $message,)* }
            }
        }

        impl std::fmt::Display for $Rule {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{} ({})", self.message(), self.section())
            }
        }
    };
}

pub(crate) use rules;
